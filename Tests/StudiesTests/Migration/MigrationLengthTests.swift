import HostMemory
import Testing

@testable import Studies

@Suite("A migration that would go on for ever is refused before it is played")
struct MigrationLengthTests {
  private func parts(_ study: MigrationStudy) -> [String] { study.problems.map(\.part) }

  @Test("a link is no slower and no faster than files allow", arguments: [UInt64(0), 1, 999_999])
  func slow(_ bits: UInt64) {
    var study = MigrationStudy.small()
    #expect(study.problems.isEmpty)
    study.link.bitsPerSecond = bits
    #expect(parts(study) == ["link"])
    study.link.bitsPerSecond = 80_000_000_000_001
    #expect(parts(study) == ["link"])
    study.link.bitsPerSecond = 1_000_000
    #expect(study.problems.isEmpty)
  }

  @Test("neither is the part of it that each of many machines has")
  func shared() {
    var study = MigrationStudy.small(megabytesPerSecond: 0)
    study.link.bitsPerSecond = 1_000_000
    study.machines = 1000
    #expect(study.problems.isEmpty)
    study.atOnce = 1000
    #expect(parts(study) == ["link"])
    study.link.bitsPerSecond = 1_000_000_000
    #expect(study.problems.isEmpty)
  }

  @Test("memory is under way for a day at most, and no time is too long to be told")
  func memory() {
    var study = MigrationStudy.small(megabytesPerSecond: 0)
    study.link.bitsPerSecond = 1_000_000
    study.memoryBytes = 1 << 40
    #expect(parts(study) == ["link"])
    study.link.bitsPerSecond = 1_000_000_000
    #expect(study.problems.isEmpty)
    study.link.scanBytesPerSecond = 1
    #expect(parts(study) == ["link"])
    var link = MigrationLink()
    link.bitsPerSecond = 0
    link.scanBytesPerSecond = 0
    #expect(link.picoseconds(.max) == .max)
    #expect(link.scanPicoseconds(pages: .max) == .max)
  }

  @Test("a round that is longer than the limit counts with all its writes")
  func writes() throws {
    var study = MigrationStudy.small(megabytesPerSecond: 1000)
    study.precopy.longestPicoseconds = 1_000_000_000_000
    #expect(study.problems.isEmpty)
    study.memoryBytes = 64 << 30
    study.link.bitsPerSecond = 10_000_000
    let problem = try #require(study.problems.first)
    #expect(problem.part == "writer")
    #expect(problem.sentence.contains("a faster link would fit"))
    study.link.bitsPerSecond = 10_000_000_000
    #expect(study.problems.isEmpty)
    study.watchedPicoseconds = 1 << 56
    #expect(parts(study) == ["writer"])
  }

  @Test("machines one after another are under way for no longer than their times can be added")
  func turns() {
    var study = MigrationStudy.small(megabytesPerSecond: 0)
    study.precopy.longestPicoseconds = 1_000_000_000_000_000_000
    study.machines = 4
    #expect(study.problems.isEmpty)
    study.machines = 5
    #expect(parts(study) == ["precopy"])
    study.atOnce = 5
    #expect(study.problems.isEmpty)
  }
}
