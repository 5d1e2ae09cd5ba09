"""What a pod spec means, wherever one stands: in a pod or in a workload's template.

`defaults` fills a spec in, `spec.validate` checks one (in upstream's order, delegating to one
module per concern), `template` does both for a PodTemplateSpec, `warnings` lists what is legal but
unwise, `resources` adds requests and limits up and finds the QoS class.
"""
