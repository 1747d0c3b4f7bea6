public import Costs
internal import Hypervisor
public import Paging
public import Studies

/// A comparison of architectures and machines as a file or a command line says it.
public struct ComparisonScenario: Sendable, Hashable {
  /// What it is about, in a line, if it has a name.
  public var title: String?
  /// What the machines do.
  public var study: ISAComparison
  /// What prices the work; without any, the textbook's profile of each architecture.
  public var profiles: [CostProfile] = []
  /// The second stages' formats; without any, one for each profile.
  public var hosts: [HostFormat] = []
  /// The guests' formats; without any of an architecture, the one that goes with each second stage.
  public var guests: [GuestFormat] = []

  /// A comparison of what the textbook's machines do.
  public init(_ study: ISAComparison) { self.study = study }

  /// The most machines that stand side by side.
  public static let mostMachines = 4

  /// The machines that the profiles and formats make.
  public func machines() throws(ComparisonProblem) -> [ComparedMachine] {
    if study.workload == .nested { return try nestedMachines() }
    var machines: [ComparedMachine] = []
    // Formats alone choose architectures: the hosts', or where there are none the guests'.
    let architectures = Set(hosts.isEmpty ? guests.map(\.isa) : hosts.map(\.isa))
    let standard = CostProfile.Architecture.allCases.map { ShippedProfiles.textbook($0) }
      .filter { profile in
        architectures.isEmpty || architectures.contains { $0.rawValue == profile.isa }
      }
    for profile in profiles.isEmpty ? standard : profiles {
      var formats = hosts.filter { $0.isa.rawValue == profile.isa }
      if hosts.isEmpty { formats = [profile.architecture.standardHost] }
      guard !formats.isEmpty else { throw .profileWithoutHost(profile.name, isa: profile.isa) }
      for host in formats {
        let chosen = guests.filter { $0.isa == host.isa }
        machines += (chosen.isEmpty ? [host.partner] : chosen).map {
          ComparedMachine(.twoStages($0, host), profile)
        }
      }
    }
    if let guest = guests.first(where: { guest in !machines.contains { $0.isa == guest.isa } }) {
      throw .guestWithoutHost(guest)
    }
    guard machines.count <= Self.mostMachines else { throw .tooManyMachines(machines.count) }
    return machines
  }

  private func nestedMachines() throws(ComparisonProblem) -> [ComparedMachine] {
    guard hosts.isEmpty else { throw .hostOfNested }
    guard guests.isEmpty else { throw .guestOfNested }
    let profiles = profiles.isEmpty ? [ShippedProfiles.textbook(.x86)] : profiles
    if let other = profiles.first(where: { $0.architecture != .x86 }) {
      throw .nestedElsewhere(other.name, isa: other.isa)
    }
    guard profiles.count == 1, let profile = profiles.first else { throw .profilesOfNested }
    return NestingScheme.allCases.map { ComparedMachine(.nested($0), profile) }
  }
}

extension CostProfile {
  /// The architecture's name, as that of an ISA.
  fileprivate var isa: String { architecture.rawValue }
}

extension CostProfile.Architecture {
  /// The format of the second stage that is taken where none is chosen.
  fileprivate var standardHost: HostFormat {
    switch self {
    case .x86: .ept4
    case .arm: .arm4K
    case .riscv: .sv39x4
    }
  }
}
