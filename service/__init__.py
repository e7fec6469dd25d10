"""Chengxu: government procedures that run as BPMN."""
