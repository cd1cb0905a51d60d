"""Files in every form that people save them in → their records, each with its line."""
