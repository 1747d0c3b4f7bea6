import Console
import Costs
import HostMemory
import Hypervisor
import Paging
import Quantities
import Scenarios
import Studies

/// What the options choose, and what is wrong with them.
extension Compare {
  var study: ISAComparison {
    var study = ISAComparison(workload ?? .firstTouch)
    study.memoryBytes = memory.bytes
    study.touches = pages.map { UInt64(max(0, $0)) }
    study.backing = FrameOrder(bytes: backing.bytes) ?? .small
    if let access { study.access = access.kind }
    study.batch = batch
    study.population = populate
    if let sharers { study.sharers = sharers }
    study.device = device == .kernel ? .kernelDevice : .processDevice
    return study
  }

  func problems() -> [String] {
    var problems: [String] = []
    if let pages, pages < 0 { problems.append("“--pages” is \(pages): it can't be negative.") }
    if FrameOrder(bytes: backing.bytes) == nil {
      problems.append("“--backing” is “\(backing.argument)”: it must be 4K, 2M or 1G.")
    }
    if sharers != nil, study.workload != .cowStorm {
      problems.append("“--sharers” has no meaning for “\(study.workload.rawValue)”.")
    }
    for host in hosts where host.shape.pageShift != 12 {
      problems.append("“--host” is “\(host)”: the model's frames are of 4K.")
    }
    if json?.isStandardStream == true, csv?.isStandardStream == true {
      problems.append("“--json” and “--csv” can't both be “-”.")
    }
    if profiles.count > CompareText.most {
      problems.append("At most \(CompareText.most) machines can stand side by side.")
    }
    return problems + study.problems
  }

  /// The machines that the profiles and formats make.
  func machines(_ chosen: [CostProfile]) throws(CommandFailure) -> [ComparedMachine] {
    if study.workload == .nested { return try nestedMachines(chosen) }
    var machines: [ComparedMachine] = []
    let architectures = Set(hosts.map(\.isa))
    let standard = CostProfile.Architecture.allCases.map { ShippedProfiles.textbook($0) }
      .filter { profile in hosts.isEmpty || architectures.contains { $0.rawValue == profile.isa } }
    for profile in chosen.isEmpty ? standard : chosen {
      var formats = hosts.filter { $0.isa.rawValue == profile.isa }
      if hosts.isEmpty { formats = [profile.architecture.standardHost] }
      guard !formats.isEmpty else {
        throw CommandFailure(
          .badInput,
          "The profile “\(profile.name)” is of \(profile.isa), and so is no “--host”.")
      }
      machines += formats.map {
        ComparedMachine(.twoStages($0.partner, $0), profile)
      }
    }
    guard machines.count <= CompareText.most else {
      throw CommandFailure(
        .badInput,
        "\(machines.count) machines are to stand side by side: at most"
          + " \(CompareText.most) can.")
    }
    return machines
  }

  private func nestedMachines(_ chosen: [CostProfile]) throws(CommandFailure) -> [ComparedMachine] {
    guard hosts.isEmpty else {
      throw CommandFailure(
        .badInput, "“--host” has no meaning for “nested”: it is EPT at all levels.")
    }
    let profiles = chosen.isEmpty ? [ShippedProfiles.textbook(.x86)] : chosen
    if let other = profiles.first(where: { $0.architecture != .x86 }) {
      throw CommandFailure(
        .badInput,
        "The profile “\(other.name)” is of \(other.isa): nested virtualisation is modelled for x86-64."
      )
    }
    guard profiles.count == 1, let profile = profiles.first else {
      throw CommandFailure(.badInput, "“nested” takes one profile: its columns are the schemes.")
    }
    return NestingScheme.allCases.map { ComparedMachine(.nested($0), profile) }
  }
}

extension CostProfile {
  /// The architecture's name, as that of an ISA.
  var isa: String { architecture.rawValue }
}

extension CostProfile.Architecture {
  /// The format of the second stage that is taken where none is chosen.
  var standardHost: HostFormat {
    switch self {
    case .x86: .ept4
    case .arm: .arm4K
    case .riscv: .sv39x4
    }
  }
}

extension ComparedWorkload: ArgumentValue {}

extension PopulationDepth: ArgumentValue {}

/// What is done with a page.
enum ComparedAccess: String, ArgumentValue, CaseIterable {
  case read
  case write

  var kind: Access.Kind { self == .read ? .read : .write }
}

/// Who emulates a device.
enum ComparedDevice: String, ArgumentValue, CaseIterable {
  /// The hypervisor's kernel.
  case kernel
  /// The hypervisor's process.
  case process
}
