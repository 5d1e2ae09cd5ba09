"""resource.k8s.io: what claims, templates, classes and slices share."""
