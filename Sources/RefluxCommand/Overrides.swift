/// Whether a word of the command line is meant as a change to a recipe, and not as a file's name.
func isOverride(_ argument: String) -> Bool { argument.hasPrefix("~") || argument.contains("=") }
