"""multilingual-e5-small: its weights as an installed package ships them, and its sub-word tokenizer."""
