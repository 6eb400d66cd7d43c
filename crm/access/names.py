"""How names are ordered."""

# ICU's Ukrainian order puts І and Ґ right, and Latin, Russian and the rest in their usual places.
NAME_COLLATION = "uk-x-icu"
