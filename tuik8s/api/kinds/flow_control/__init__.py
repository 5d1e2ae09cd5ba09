"""FlowSchema and PriorityLevelConfiguration: checks that are too long for one file each."""
