import Console

/// The shells that can complete the command's arguments.
enum Shell: String, CaseIterable, ArgumentValue {
  case bash
  case zsh
  case fish
}
