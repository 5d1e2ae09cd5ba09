"""CustomResourceDefinitions as kinds: names are accepted, versions served, instances removed."""
