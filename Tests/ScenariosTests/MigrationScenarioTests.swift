import Foundation
import Guests
import Hypervisor
import Scenarios
import Studies
import Testing

@Suite("A migration is read as it is written")
struct MigrationScenarioTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Scenarios")

  private struct NoMigration: Error {}

  private static func read(_ text: String) throws -> MigrationScenario {
    let read = try Scenario.read(Array(text.utf8), file: "x.yaml")
    guard case .migration(let migration) = read else { throw NoMigration() }
    return migration
  }

  @Test(
    "what comes along is what writing it and reading it again gives",
    arguments: [
      "migrate-idle", "migrate-database", "migrate-huge-writer", "evacuate-host", "postcopy-random",
    ])
  func shipped(_ name: String) throws {
    let text = try String(
      contentsOf: Self.folder.appendingPathComponent("\(name).yaml"), encoding: .utf8)
    let scenario = try Self.read(text)
    #expect(try Self.read(NodeWriter.write(scenario.node)) == scenario)
  }

  @Test("every pattern, mechanism and brake survives being written")
  func everything() throws {
    let writers = [
      "{pattern: hot-cold, hot: 5 %, hotWrites: 0.5, rate: 1 MB/s}",
      "{pattern: zipf, exponent: 1.25, memory: 1 MiB, rate: 1 MB/s}",
      "{pattern: recorded, recording: microvm, rate: 1 MB/s}",
      "{pattern: recorded, pages: [1, 5, 9], rate: 1 MB/s}",
      "{pattern: phases, rate: 1 MB/s, phases: [{pattern: sequential, duration: 1 s},"
        + " {pattern: zipf, duration: 2 s, memory: 8 MiB, rate: 0 MB/s}]}",
    ]
    let tracking = [
      "{mechanism: manual, chunk: 512 KiB, split: fill}",
      "{mechanism: dbit, split: break, lock: exclusive}",
      "{mechanism: pml, split: eager}", "{mechanism: ring, ring: 512}",
    ]
    let precopy = [
      "{brake: throttle, initial: 30, most: 90, trigger: 60, forces: true}", "{rounds: 3}",
    ]
    for writer in writers {
      for tracking in tracking {
        for precopy in precopy {
          let scenario = try Self.read(
            """
            study: migration
            machine: {memory: 1 GiB, used: 512 MiB, processors: 3, backing: 1G}
            writer: \(writer)
            tracking: \(tracking)
            link: {channels: 3, channelBandwidth: 4 Gbit/s, compression: 2.5}
            precopy: \(precopy)
            postcopy: {afterRounds: 2, channel: shared, prefetch: 3}
            """)
          #expect(try Self.read(NodeWriter.write(scenario.node)) == scenario)
        }
      }
    }
  }

  @Test("a writer without memory writes what is used")
  func memory() throws {
    let scenario = try Self.read(
      "study: migration\nmachine: {memory: 4 GiB, used: 1 GiB}\nwriter: {rate: 1 MiB/s}\n")
    #expect(scenario.study.writer.bytes == UInt64(1) << 30)
    #expect(scenario.study.tracking.mechanism == .writeProtection)
  }
}
