import HostMemory
import Hypervisor
import Paging

/// The host's side of a machine that may need more than there is: below a mark pages go to swap that were not
/// accessed lately, as far as the second stage's accessed flags tell.
struct HostRoom {
  /// Frames that the host has beside those for the machine's pages.
  var spare: UInt64 = 0
  /// Pages that lie in swap.
  private(set) var swapped: UInt64 = 0
  private let low: UInt64
  private let high: UInt64
  private let swap: UInt64
  /// Pages that the last scan found idle, the next to go last.
  private var idle: [GuestPhysical] = []

  /// Room for so many pages, with so much swap.
  init(pages: UInt64, swap: UInt64) {
    low = max(pages / 256, 32)
    high = low * 2
    self.swap = swap
  }

  /// Notes pages that were read back.
  mutating func came(_ pages: UInt64) { swapped -= min(pages, swapped) }

  /// Forgets what has been found so far.
  mutating func forget() { idle = [] }

  /// Makes room if there is little; fails where swap is full.
  mutating func make(
    in machine: inout VirtualMachine, on host: inout Host, _ outcome: inout ProcessOutcome,
    _ scale: UInt64
  ) -> Bool {
    guard host.frames.freeFrames < low + spare else { return true }
    var scans = 0
    while host.frames.freeFrames < high + spare {
      guard swapped < swap else { return host.frames.freeFrames > spare + 16 }
      if idle.isEmpty {
        // A page that was accessed since the last scan stays; where all were, the next scan finds none so.
        guard scans < 3 else { return host.frames.freeFrames > spare + 16 }
        scans += 1
        findIdle(machine: &machine, &host)
        continue
      }
      var chunk: [Range<GuestPhysical>] = []
      while chunk.count < 32, let page = idle.popLast() {
        guard let mapped = machine.root.page(at: page, in: host.memory),
          !mapped.attributes.isAccessed
        else { continue }
        chunk.append(page..<page + 4096)
      }
      guard !chunk.isEmpty else { continue }
      let taken: ZapOutcome
      do {
        taken = try machine.reclaim(chunk, on: &host)
      } catch {
        return false
      }
      swapped += taken.pages
      outcome.swapOuts += taken.pages * scale
    }
    return true
  }

  private mutating func findIdle(machine: inout VirtualMachine, _ host: inout Host) {
    let scan = machine.scanAccessed(slot: 0, flush: .never, on: &host)
    let slot = machine.slots[0]
    for offset in stride(from: UInt64(0), to: slot.bytes, by: 4096) {
      let page = slot.start + offset
      guard !scan.accessed.contains(page), machine.root.page(at: page, in: host.memory) != nil
      else { continue }
      idle.append(page)
    }
    idle.reverse()
  }
}
