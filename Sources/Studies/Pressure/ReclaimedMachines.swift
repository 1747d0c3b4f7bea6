import HostMemory
import Hypervisor
import Paging

/// The host of the machines of a study, and the machines by service.
final class ReclaimedMachines {
  private var host: Host
  private var machines: [ReclaimedMachine?] = []
  /// The group of the first service's memory.
  private let firstGroup: Int

  /// Machines for the services that are in some, with their first pages and how many they have.
  init?(
    _ services: [PressureService], _ pages: [(first: UInt32, count: Int)], firstGroup: Int
  ) {
    guard services.contains(where: { $0.machine != nil }) else { return nil }
    self.firstGroup = firstGroup
    var frames = 4096
    for (service, pages) in zip(services, pages) where service.machine != nil {
      frames += pages.count + pages.count / 128 + 2048
    }
    do throws(MachineError) {
      host = try Host(bytes: UInt64(frames) * 4096)
      for (service, pages) in zip(services, pages) {
        guard let about = service.machine else {
          machines.append(nil)
          continue
        }
        machines.append(
          try ReclaimedMachine(
            about, first: pages.first, pages: pages.count, processors: service.workers, on: &host))
      }
    } catch {
      preconditionFailure("a host that is made for its machines has room for them: \(error)")
    }
  }

  /// Whether a service is in a machine.
  func has(_ service: Int) -> Bool { machines[service] != nil }

  /// Lets a service's guest touch a page that is in a frame.
  func touch(
    _ page: UInt32, isWrite: Bool, _ service: Int
  ) -> (isSeen: Bool, nanoseconds: UInt64) {
    machines[service]?.touch(page, isWrite: isWrite, on: &host) ?? (true, 0)
  }

  /// Does to the second stages what reclaim has done; says how long that took.
  func apply(_ events: [ReclaimEvent], _ memory: borrowing PageReclaimer) -> UInt64 {
    var time: UInt64 = 0
    for event in events {
      let page =
        switch event {
        case .forgotten(let page, _), .unmapped(let page, _), .evicted(let page): page
        }
      let service = memory.group(of: page) - firstGroup
      time += machines[service]?.apply(event, on: &host) ?? 0
    }
    return time
  }

  /// What is counted from now on.
  func beginMeasurement() { for machine in machines { machine?.beginMeasurement() } }

  /// What a service's second stage has done since then.
  func use(_ service: Int) -> StageTwoUse? { machines[service]?.use }

  /// The pages that a service's second stage maps.
  func mapped(_ service: Int) -> Int64 { machines[service]?.mapped ?? 0 }

  // MARK: What must be so

  /// Where machines and memory differ, each as a sentence.
  func problems(_ memory: borrowing PageReclaimer, _ pages: [Range<UInt32>]) -> [String] {
    var problems: [String] = []
    for (service, pages) in pages.enumerated() {
      guard let machine = machines[service], memory.isAlive(firstGroup + service) else { continue }
      var mapped: Int64 = 0
      for page in pages {
        if memory.isResident(page) != machine.isBacked(page) {
          problems.append(
            "page \(page) is \(memory.isResident(page) ? "in a frame and not backed" : "away and backed")"
          )
        }
        if memory.isMapped(page) { mapped += 1 }
        if memory.isMapped(page), memory.isAccessed(page) != machine.isAccessed(page, on: host) {
          problems.append("page \(page) is accessed for one and not for the other")
        }
      }
      if mapped != machine.mapped {
        problems.append("\(machine.mapped) pages are mapped, and \(mapped) should be")
      }
    }
    return problems
  }
}
