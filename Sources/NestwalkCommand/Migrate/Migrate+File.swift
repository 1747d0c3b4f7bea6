import Console

/// A migration that a file describes.
extension Migrate {
  var fileProblems: [String] {
    file == nil
      ? ["What is to be played isn't said: “--phases” plays the phases of a dirty log."] : []
  }

  func runFile() throws(CommandFailure) -> ExitStatus {
    throw CommandFailure(
      .badInput, "Migrations can't be read from files yet; “--phases” takes its options alone.")
  }
}
