"""Starting the workstation, the demo, and the scripted tour."""
