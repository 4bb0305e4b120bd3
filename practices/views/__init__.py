"""Views of the databank: the writer's form, the life of a version, reviews, and the public pages."""
