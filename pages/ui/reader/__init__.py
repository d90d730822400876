"""Who reads: language, choices in the address, sign-in, and what is looked up once per drawing."""
