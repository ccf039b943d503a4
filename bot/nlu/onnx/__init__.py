"""Sentence encoders on ONNX Runtime, whatever model they are: the graph is exported once and runs on one thread."""
