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
    if let backing { study.backing = FrameOrder(bytes: backing.bytes) ?? .small }
    if let access { study.access = access.kind }
    study.batch = batch
    study.population = populate
    study.splitting = splitting
    if let sharers { study.sharers = sharers }
    study.device = device == .kernel ? .kernelDevice : .processDevice
    return study
  }

  func problems() -> [String] {
    var problems: [String] = []
    if let pages, pages < 0 { problems.append("“--pages” is \(pages): it can't be negative.") }
    if let backing, FrameOrder(bytes: backing.bytes) == nil {
      problems.append("“--backing” is “\(backing.argument)”: it must be 4K, 2M or 1G.")
    }
    if sharers != nil, study.workload != .cowStorm {
      problems.append("“--sharers” has no meaning for “\(study.workload.rawValue)”.")
    }
    if splitting != nil, study.workload != .dirtyLog {
      problems.append("“--splitting” has no meaning for “\(study.workload.rawValue)”.")
    }
    for host in hosts where host.shape.pageShift != 12 {
      problems.append("“--host” is “\(host)”: the model's frames are of 4K.")
    }
    if json?.isStandardStream == true, csv?.isStandardStream == true {
      problems.append("“--json” and “--csv” can't both be “-”.")
    }
    if printScenario, json != nil || csv != nil {
      problems.append("“--print-scenario” compares nothing: leave out “--json” and “--csv”.")
    }
    if printScenario,
      let file = profiles.first(where: { !ShippedProfiles.names.contains($0.argument) })
    {
      problems.append(
        "“--profile” is “\(file.argument)”: a scenario names profiles that come along, and no files."
      )
    }
    if profiles.count > CompareText.most {
      problems.append("At most \(CompareText.most) machines can stand side by side.")
    }
    return problems + study.problems
  }

  /// What the options describe, with profiles in place of their names.
  func scenario(_ profiles: [CostProfile]) -> ComparisonScenario {
    var scenario = ComparisonScenario(study)
    scenario.profiles = profiles
    scenario.hosts = hosts
    scenario.guests = guests
    return scenario
  }
}

extension ComparedWorkload: ArgumentValue {}

extension PopulationDepth: ArgumentValue {}

extension LogSplitting: ArgumentValue {}

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
