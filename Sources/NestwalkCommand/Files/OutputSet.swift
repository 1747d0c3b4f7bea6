import Console

/// The forms of an outcome, each for a file or for standard output.
enum OutputSet {
  /// Writes the files that are asked for, and gives what belongs on standard output: the form that is
  /// for it, or else another one.
  static func write(
    _ outputs: [(file: FilePath?, bytes: () -> [UInt8])], otherwise text: () -> String
  ) throws(CommandFailure) -> String {
    var shown: String?
    for output in outputs {
      guard let file = output.file else { continue }
      if file.isStandardStream {
        shown = String(decoding: output.bytes(), as: UTF8.self)
      } else {
        do throws(SystemError) {
          try OutputFile.write(file.path, bytes: output.bytes())
        } catch {
          throw CommandFailure(.failed, error.description)
        }
      }
    }
    return shown ?? text()
  }
}
