import Foundation

/// One run of the built command, as a user starts it.
struct CommandRun {
  let status: Int32
  let output: String
  let errors: String

  /// The lines of the output.
  var lines: [String] { output.split(separator: "\n").map(String.init) }

  /// The command beside the tests in the build's folder.
  static var program: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("nestwalk")
  }

  /// Runs the command to its end.
  ///
  /// Its streams are files: a command that ends before it has read its input would break a pipe, which
  /// is the end of the tests' own process, and one that complains at length would wait for a reader.
  init(_ arguments: [String], input: String = "", in folder: URL? = nil) throws {
    let streams = try TemporaryFolder()
    try streams.write(Array(input.utf8), to: "input")
    try streams.write([], to: "output")
    try streams.write([], to: "errors")
    let process = Process()
    process.executableURL = Self.program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = try FileHandle(
      forReadingFrom: streams.url.appendingPathComponent("input"))
    process.standardOutput = try FileHandle(
      forWritingTo: streams.url.appendingPathComponent("output"))
    process.standardError = try FileHandle(
      forWritingTo: streams.url.appendingPathComponent("errors"))
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = String(decoding: try streams.read("output"), as: UTF8.self)
    errors = String(decoding: try streams.read("errors"), as: UTF8.self)
  }
}

/// A folder of a test's own, which goes away with it.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("nestwalk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// The names of the files in the folder, in order.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: url.appendingPathComponent(name))
  }

  func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url.appendingPathComponent(name)))
  }
}
