import Console
import Costs
import Records
import Scenarios

/// `nestwalk profiles`: what components cost on which machine, and how well that is known.
struct Profiles: Command {
  var chosen: [ProfileArgument] = []
  var json: FilePath?
  var yaml: FilePath?

  static let name = "profiles"
  static let summary = "list, print and compare what things cost on which machine"
  static let discussion = [
    "A cost profile gives each component of a fault a price with a range, and says where the number"
      + " comes from: a row of published measurements, a figure of the source texts, or an assumption."
      + " Without an argument the profiles that come with the program are listed; one is printed;"
      + " several are compared.",
    "Grades, from the best: \(Grade.allCases.map(\.rawValue).joined(separator: ", ")). A borrowed"
      + " number was measured on another machine.",
  ]
  static let examples = [
    CommandExample("nestwalk profiles", "What there is to choose from."),
    CommandExample(
      "nestwalk profiles xeon-8269cy kunpeng-920", "What the same work costs on two machines."),
    CommandExample(
      "nestwalk profiles textbook-arm64 --yaml mine.yaml", "A file to write one's own figures into."
    ),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("PROFILE", \.chosen, "The name of a profile, or a file with one"),
    .option("json", \.json, value: "FILE", "Write the profiles as JSON; “-” is standard output"),
    .option(
      "yaml", \.yaml, value: "FILE", "Write the one profile as a file; “-” is standard output"),
  ]

  func problems() -> [String] {
    var problems: [String] = []
    if yaml != nil, chosen.count != 1 {
      problems.append("“--yaml” writes one profile, and \(chosen.count) are given.")
    }
    if json?.isStandardStream == true, yaml?.isStandardStream == true {
      problems.append("“--json” and “--yaml” can't both be “-”.")
    }
    if chosen.count > ProfilesText.most {
      problems.append("At most \(ProfilesText.most) profiles can stand side by side.")
    }
    return problems
  }

  func run() throws(CommandFailure) -> ExitStatus {
    var profiles: [CostProfile] = []
    for argument in chosen { profiles.append(try argument.profile()) }
    var text: String
    switch profiles.count {
    case 0:
      profiles = ShippedProfiles.all
      text = ProfilesText.list(profiles)
    case 1: text = ProfilesText.text(profiles[0])
    default: text = ProfilesText.comparison(profiles)
    }
    let outputs = [
      (json, { Self.json(profiles) }), (yaml, { Array(NodeWriter.write(profiles[0].node).utf8) }),
    ]
    for (file, bytes) in outputs {
      guard let file else { continue }
      if file.isStandardStream {
        text = String(decoding: bytes(), as: UTF8.self)
      } else {
        do throws(SystemError) {
          try OutputFile.write(file.path, bytes: bytes())
        } catch {
          throw CommandFailure(.failed, error.description)
        }
      }
    }
    return Program.show(text)
  }

  private static func json(_ profiles: [CostProfile]) -> [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginArray()
    for profile in profiles { writer.value(profile) }
    writer.endArray()
    writer.endLine()
    return writer.bytes
  }
}
