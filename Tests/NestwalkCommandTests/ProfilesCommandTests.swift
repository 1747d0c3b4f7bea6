import Foundation
import Testing

/// `nestwalk profiles` as a user runs it.
@Suite("The command profiles")
struct ProfilesCommandTests {
  @Test("No line is longer than 80 columns, and none ends in spaces")
  func width() throws {
    for arguments in [
      [], ["skylake-96"], ["textbook-x86-64", "textbook-arm64", "textbook-riscv64", "xeon-8269cy"],
      ["kunpeng-920", "ampere-altra"],
    ] {
      let run = try CommandRun(["profiles"] + arguments)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.lines.allSatisfy { $0.count <= 80 && $0.last != " " }, "\(arguments)")
    }
  }

  @Test("The list names every profile, and a comparison every component")
  func lists() throws {
    let list = try CommandRun(["profiles"])
    for name in ["textbook-riscv64", "phytium-s2500", "ampere-altra"] {
      #expect(list.lines.contains { $0.hasPrefix(name) })
    }
    let two = try CommandRun(["profiles", "xeon-8269cy", "kunpeng-920"])
    let exit = try #require(two.lines.first { $0.hasPrefix("exit ") })
    #expect(exit.contains("105 ns") && exit.contains("204 ns"))
    #expect(two.lines.contains { $0.hasPrefix("zeroByte") && $0.contains("'") })
  }

  @Test("A profile that is written as a file is taken as a profile")
  func file() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("mine.yaml")
    #expect(try CommandRun(["profiles", "xeon-8269cy", "--yaml", path]).status == 0)
    let shipped = try CommandRun(["profiles", "xeon-8269cy", "--json", "-"])
    #expect(try CommandRun(["profiles", path, "--json", "-"]).output == shipped.output)
    let object = try JSONSerialization.jsonObject(with: Data(shipped.output.utf8))
    let profile = try #require((object as? [[String: Any]])?.first)
    let components = try #require(profile["components"] as? [String: [String: Any]])
    #expect(components["exit"]?["likelyFemtoseconds"] as? Int == 105_000_000)
    #expect(components["exit"]?["row"] as? String == "X4")
    #expect(components.count == 46)
  }

  @Test("What is no profile is refused")
  func refused() throws {
    let misspelt = try CommandRun(["profiles", "xeon-8269"])
    #expect(misspelt.status == 2 && misspelt.errors.contains("Is “xeon-8269cy” meant?"))
    let folder = try TemporaryFolder()
    try folder.write(
      Array("profile: mine\ncomponents:\n  exit: {likely: -1 us}\n".utf8), to: "bad.yaml")
    let run = try CommandRun(["profiles", folder.path("bad.yaml")])
    #expect(run.status == 2)
    #expect(run.errors.contains("bad.yaml:3:18: “likely” is “-1 us”"), "\(run.errors)")
    let many = try CommandRun(["profiles", "--yaml", "-"])
    #expect(many.status == 2 && many.errors.contains("“--yaml” writes one profile"))
  }
}
