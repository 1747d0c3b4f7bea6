public import Costs

/// The profiles that come with the program: the files beside this one, which the build puts into it.
public enum ShippedProfiles {
  /// The files by their names, in the order in which they are listed.
  public static let files: [(name: String, text: [UInt8])] = [
    ("textbook-x86-64.yaml", PackageResources.textbook_x86_64_yaml),
    ("textbook-arm64.yaml", PackageResources.textbook_arm64_yaml),
    ("textbook-riscv64.yaml", PackageResources.textbook_riscv64_yaml),
    ("xeon-8269cy.yaml", PackageResources.xeon_8269cy_yaml),
    ("skylake-96.yaml", PackageResources.skylake_96_yaml),
    ("kunpeng-920.yaml", PackageResources.kunpeng_920_yaml),
    ("phytium-s2500.yaml", PackageResources.phytium_s2500_yaml),
    ("ampere-altra.yaml", PackageResources.ampere_altra_yaml),
  ]

  /// The profiles' names, which those of their files begin with.
  public static let names = files.map { String($0.name.dropLast(".yaml".count)) }

  /// The profiles, in the same order.
  ///
  /// None stands on another one.
  public static let all: [CostProfile] = files.map { file in
    do throws(DocumentError) {
      return try CostProfile.document.read(file.text, file: file.name)
    } catch {
      preconditionFailure("a shipped profile can't be read: \(error)")
    }
  }

  /// The profile of this name.
  public static func named(_ name: String) -> CostProfile? { all.first { $0.name == name } }

  /// The source texts' profile of an architecture.
  public static func textbook(_ architecture: CostProfile.Architecture) -> CostProfile {
    guard let profile = named("textbook-\(architecture.rawValue)") else {
      preconditionFailure("each architecture has a textbook profile")
    }
    return profile
  }
}
