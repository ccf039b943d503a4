"""all-MiniLM-L6-v2, the English sentence encoder: its weights and tokenizer as an installed package ships them."""
