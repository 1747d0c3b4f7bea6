import HostMemory
import Paging

/// A page of the process's table that is about to be taken away.
struct BackedPage {
  /// Its first guest-physical address.
  let address: UInt64
  let slot: Int
  /// The number of its first record.
  let number: Int
  let order: FrameOrder
}

/// Which pages of ranges an action is for.
enum PageCut {
  /// Pages that the ranges meet, whole.
  case whole
  /// What lies inside the ranges: a large page that they meet in part is split in the process's table.
  case inside
  /// What lies inside the ranges, in small pages only.
  case small
}

extension VirtualMachine {
  /// The pages that the process's table has in ranges of addresses.
  mutating func backedPages(
    _ ranges: [Range<GuestPhysical>], _ cut: PageCut, on host: inout Host
  ) -> [BackedPage] {
    var pages: [BackedPage] = []
    for range in ranges {
      for (number, slot) in slots.enumerated() where slot.kind.isMemory {
        let low = max(range.lowerBound.value & ~4095, slot.start.value)
        let high = min((range.upperBound.value &+ 4095) & ~4095, slot.end)
        guard low < high else { continue }
        gather(low, high, slot: number, cut, &pages, on: &host)
      }
    }
    return pages
  }

  private mutating func gather(
    _ low: UInt64, _ high: UInt64, slot: Int, _ cut: PageCut, _ pages: inout [BackedPage],
    on host: inout Host
  ) {
    var at = low
    while at < high {
      var page = recordNumber(GuestPhysical(at), slot: slot)
      if backing.isUnknown(page) {
        at = (at | (FrameOrder.large.bytes - 1)) &+ 1
        continue
      }
      while true {
        let order = backing[page].order
        guard backing[page].isPresent, let smaller = order.smaller, cut != .whole else { break }
        let start = at & ~(order.bytes - 1)
        guard cut == .small || start < low || start &+ order.bytes > high else { break }
        splitBacking(page, to: smaller, on: &host)
      }
      let record = backing[page]
      let order = record.isPresent ? record.order : .small
      at &= ~(order.bytes - 1)
      if record.isPresent {
        page &= ~Int(order.frames - 1)
        pages.append(BackedPage(address: at, slot: slot, number: page, order: order))
      }
      at &+= order.bytes
    }
  }

  /// Makes smaller pages of a large one in the process's table; the second stage's may stay.
  mutating func splitBacking(_ page: Int, to order: FrameOrder, on host: inout Host) {
    if backing[page].order == .huge {
      let head = backing[page & ~(1 << 18 - 1)].frame
      let holds = host.frames.holdsContent(head)
      host.frames.split(head)
      backing.splitHuge(page)
      if holds {
        // A run's first frame says whether any of them holds something.
        for number in 0..<UInt64(512) {
          let run = head + number * 512
          let any = (0..<UInt64(512)).contains { host.frames.holdsContent(run + $0) }
          host.frames.setHoldsContent(run, any)
        }
      }
    }
    guard order == .small, backing[page].order == .large else { return }
    host.frames.split(backing[page & ~511].frame)
    backing.splitChunk(page)
    largePages.thpSplitPage &+= 1
  }
}
