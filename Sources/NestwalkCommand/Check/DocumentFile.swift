import Console

/// The text of a file that a user writes, and what diagnostics call it.
struct DocumentFile {
  let name: String
  let text: [UInt8]

  /// Reads the file, or standard input.
  init(_ path: FilePath) throws(CommandFailure) {
    do throws(SystemError) {
      let file = path.isStandardStream ? File.standardInput() : try File.reading(path.path)
      name = file.name
      text = try file.bytes()
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
  }
}
