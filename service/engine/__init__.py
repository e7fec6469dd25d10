"""The case engine: the only importer of SpiffWorkflow. Open `facade` for what can be done to a case."""
