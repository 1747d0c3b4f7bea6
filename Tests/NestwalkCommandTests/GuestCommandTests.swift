import Foundation
import Guests
import Testing

/// `nestwalk guest` as a user runs it.
@Suite("The command guest")
struct GuestCommandTests {
  private func json(_ arguments: [String]) throws -> [String: Any] {
    let run = try CommandRun(["guest", "--json", "-"] + arguments)
    #expect(run.status == 0, "\(run.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    return try #require(object as? [String: Any])
  }

  @Test(
    "The answer comes first, and no line is longer than 80 columns",
    arguments: ["debian-boot", "microvm"])
  func text(preset: String) throws {
    let run = try CommandRun(["guest", preset, "--memory", "8G"])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("\(preset) with 8G: ready after "))
    #expect(run.lines.allSatisfy { $0.count <= 80 })
    #expect(run.output.contains("struct pages"))
    #expect(run.output.contains("assumed"))
  }

  @Test("A file is played as its preset is, but for the launch")
  func file() throws {
    let folder = try TemporaryFolder()
    try folder.write(RecordedBoot.microvm.bytes, to: "a.boot")
    let preset = try json(["microvm", "--memory", "512M"])
    let file = try json([folder.path("a.boot"), "--memory", "512M"])
    #expect(preset["schema"] as? String == "nestwalk.guest/1")
    #expect(file["memory"] as? Int == 512 << 20)
    let played = try #require(file["phases"] as? [NSDictionary])
    let shipped = try #require(preset["phases"] as? [NSDictionary])
    #expect(played == Array(shipped.dropFirst()))
    // The struct pages of 512 MiB are 8 MiB.
    let pages = played.compactMap {
      ($0["newPagesByUse"] as? [String: Int])?["structPages"]
    }
    #expect(pages.reduce(0, +) == 2048)
  }

  @Test("What the phases tell adds up to what the guest tells")
  func sums() throws {
    let guest = try json(["debian-boot"])
    let phases = try #require(guest["phases"] as? [[String: Any]])
    func sum(_ key: String) -> Int { phases.compactMap { $0[key] as? Int }.reduce(0, +) }
    #expect(guest["ready"] as? Int == sum("compute") + sum("wait"))
    let uses = phases.compactMap { $0["newPagesByUse"] as? [String: Int] }
    #expect(guest["pages"] as? Int == uses.flatMap(\.values).reduce(0, +))
    #expect(guest["memory"] as? Int == 4 << 30)
  }

  @Test("A speed scales the work")
  func speed() throws {
    func ready(_ speed: String) throws -> Int {
      let folder = try TemporaryFolder()
      try folder.write(RecordedBoot.microvm.bytes, to: "a.boot")
      return try #require(
        try json([folder.path("a.boot"), "--speed", speed])["ready"] as? Int)
    }
    let fast = try ready("6000")
    let slow = try ready("3000")
    #expect((2 * fast - slow).magnitude < 10)
  }

  @Test("What can't be played is told, and the status is 2")
  func problems() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("nestwalk boot 1\nname a\n".utf8), to: "bad.boot")
    let bad = try CommandRun(["guest", folder.path("bad.boot")])
    #expect(bad.status == 2)
    #expect(bad.errors.contains("bad.boot: byte 19: the checksum"))
    let missing = try CommandRun(["guest", "debian-bot"])
    #expect(missing.status == 2)
    #expect(missing.errors.contains("Is “debian-boot” meant?"))
    let small = try CommandRun(["guest", "debian-boot", "--memory", "16M"])
    #expect(small.status == 2)
    #expect(small.errors.contains("needs at least"))
    let slow = try CommandRun(["guest", "debian-boot", "--speed", "0"])
    #expect(slow.status == 2)
    #expect(slow.errors.contains("at least 1"))
    #expect(try CommandRun(["guest"]).status == 2)
  }
}
