import Guests
import HostMemory
import Hypervisor
import Paging

/// Which of a machine's memory is prepared.
extension StormMachine {
  /// What is populated before the guest starts.
  func extent(_ policy: StormPolicy) -> PopulationExtent {
    policy.extent == .all ? .all : .ranges(ranges(policy))
  }

  private func ranges(_ policy: StormPolicy) -> [Range<GuestPhysical>] {
    switch policy.extent {
    case .all:
      let layout = flavour.guest.layout
      let high = layout.holeEnd..<GuestPhysical(layout.holeEnd.value + layout.highBytes)
      return [GuestPhysical(0)..<GuestPhysical(layout.lowBytes)] + (high.isEmpty ? [] : [high])
    case .hotSet: return hotSet
    case .ranges(let ranges):
      return ranges.map { GuestPhysical($0.lowerBound)..<GuestPhysical($0.upperBound) }
    }
  }

  /// The pages that are touched, by processors or by devices, and the guest's tables, in the order of
  /// their addresses.
  private var hotSet: [Range<GuestPhysical>] {
    var pages = Set(tableAddresses.map(\.value))
    // What was recorded is the profile's own run, whatever sets this guest apart.
    var guest = flavour.guest
    guest.variant = nil
    for case .touch(let touch) in guest.steps() {
      pages.insert(touch.address.value & ~4095)
    }
    var runs: [Range<GuestPhysical>] = []
    for page in pages.sorted() {
      let end = GuestPhysical(page + 4096)
      if let last = runs.last, last.upperBound.value == page {
        runs[runs.count - 1] = last.lowerBound..<end
      } else {
        runs.append(GuestPhysical(page)..<end)
      }
    }
    return runs
  }

  /// The memory that threads populate while the guest runs, in the pieces in which they do.
  func pieces(_ policy: StormPolicy) -> [[Range<GuestPhysical>]] {
    let most = max(policy.backing.bytes, Self.pieceBytes)
    var pieces: [[Range<GuestPhysical>]] = []
    var room: UInt64 = 0
    for range in ranges(policy) {
      var start = range.lowerBound.value
      while start < range.upperBound.value {
        // A piece ends where a large page does.
        let end = min((start / most + 1) * most, range.upperBound.value)
        if room < end - start {
          pieces.append([])
          room = most
        }
        pieces[pieces.count - 1].append(GuestPhysical(start)..<GuestPhysical(end))
        room -= end - start
        start = end
      }
    }
    return pieces
  }

  /// Threads in the background populate so much at a time, if pages are no larger: the model's choice.
  private static let pieceBytes: UInt64 = 256 << 10
}
