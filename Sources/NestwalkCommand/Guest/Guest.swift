#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

import Console
import Guests
import Paging
import Quantities
import Records

/// `nestwalk guest`: what a guest does while it boots.
struct Guest: Command {
  var guest: FilePath?
  var memory: ByteSize?
  var speed = Int(GuestProfile.assumedInstructionsPerMicrosecond)
  var json: FilePath?

  static let name = "guest"
  static let summary = "show what a guest works and touches while it boots"
  static let discussion = [
    "Plays a guest's boot and counts, phase by phase, the processor's work, the waits, and the pages of"
      + " 4K that are touched for the first time: by which kind of access, and what they are for. What"
      + " a touch costs on a hypervisor is not counted here.",
    "GUEST is a preset or the file of a recorded boot: "
      + Spelling.list(GuestPreset.allCases.map(\.rawValue), last: "and") + " are the presets.",
  ]
  static let examples = [
    CommandExample("nestwalk guest debian-boot", "The recorded boot of Debian in 4 GiB."),
    CommandExample(
      "nestwalk guest microvm --memory 1G --json -", "A minimal machine of 1 GiB, as JSON."),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("GUEST", \.guest, "A preset, or the file of a recorded boot", isRequired: true),
    .option(
      "memory", \.memory, value: "SIZE", "The guest's memory",
      default: "the preset's or the recording's own"),
    .option(
      "speed", \.speed, value: "N", "The instructions that a processor executes in a microsecond"),
    .option("json", \.json, value: "FILE", "Write the counts as JSON; “-” is standard output"),
  ]

  /// Far more than a recording has.
  private static let mostBytes = 64 << 20

  func problems() -> [String] {
    speed < 1 ? ["“--speed” is \(speed): it must be at least 1."] : []
  }

  func run() throws(CommandFailure) -> ExitStatus {
    let report = GuestReport(try profile())
    guard let json else { return Program.show(GuestText.text(report)) }
    var writer = JSONWriter(.indented)
    writer.value(report)
    writer.endLine()
    if json.isStandardStream {
      return Program.show(String(decoding: writer.bytes, as: UTF8.self))
    }
    do throws(SystemError) {
      try OutputFile.write(json.path, bytes: writer.bytes)
    } catch {
      throw CommandFailure(.failed, error.description)
    }
    return Program.show(GuestText.text(report))
  }

  private func profile() throws(CommandFailure) -> GuestProfile {
    let name = guest?.path ?? ""
    if let preset = GuestPreset(rawValue: name) {
      do throws(GuestProfileProblem) {
        return try preset.profile(
          memoryBytes: memory?.bytes, instructionsPerMicrosecond: UInt64(speed))
      } catch {
        throw CommandFailure(.badInput, error.description)
      }
    }
    let trace = try Self.trace(name)
    do throws(GuestProfileProblem) {
      return try GuestProfile(
        trace, GuestLayout(memoryBytes: memory?.bytes ?? trace.memoryBytes),
        instructionsPerMicrosecond: UInt64(speed))
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
  }

  private static func trace(_ path: String) throws(CommandFailure) -> BootTrace {
    let bytes: [UInt8]?
    do {
      let file = try path == "-" ? File.standardInput() : File.reading(path)
      bytes = try file.contents(most: mostBytes)
    } catch {
      var message = error.description
      if error.code == ENOENT {
        let presets = GuestPreset.allCases.map(\.rawValue)
        message += " The presets are \(Spelling.list(presets, last: "and"))."
        if let guess = Spelling.nearest(to: path, among: presets) {
          message += " Is “\(guess)” meant?"
        }
      }
      throw CommandFailure(.badInput, message)
    }
    guard let bytes else {
      throw CommandFailure(.badInput, "\(path) has more than \(mostBytes) bytes.")
    }
    do {
      return try BootTrace(bytes)
    } catch {
      throw CommandFailure(.badInput, "\(path): \(error)")
    }
  }
}
