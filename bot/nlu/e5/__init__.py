"""multilingual-e5-small on ONNX Runtime: weights read from the installed package, exported once, run on one thread."""
