"""Universal Sentence Encoder, multilingual: its weights as an installed package ships them, and its graph."""
