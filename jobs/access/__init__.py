"""Who somebody is and what they may do: roles, tokens, operators, OpenID Connect."""
