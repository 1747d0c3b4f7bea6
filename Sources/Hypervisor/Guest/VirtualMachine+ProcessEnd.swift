import Paging

extension VirtualMachine {
  /// Ends a process of the guest's: its kernel reads its entries and takes back each page that no other
  /// process maps.
  ///
  /// The host learns nothing of it: what it has behind those pages stays theirs. It says how many pages
  /// became free in the guest. The tables must not be used again.
  @discardableResult
  public mutating func endProcess(
    _ space: borrowing GuestSpace, _ kernel: inout GuestKernel, on host: inout Host
  ) -> Int {
    var run = KernelRun(processor: processorCount)
    let before = kernel.freePages
    for area in kernel.areas {
      for offset in stride(from: UInt64(0), to: area.bytes, by: Int(kernel.pageBytes)) {
        let page = area.start + offset
        guard let mapped = space.root.page(at: page, in: host.memory) else { continue }
        let path = space.root.path(to: page, in: host.memory)
        _ = touchByKernel(GuestPhysical(path[path.count - 1]), .read, &run, on: &host)
        kernel.release(GuestPhysical(mapped.address.value & ~(kernel.pageBytes - 1)))
      }
    }
    return kernel.freePages - before
  }

  /// How a process of the guest's has its pages: those it maps, those that nobody else maps, and its share of
  /// all when each page is divided among those who map it.
  ///
  /// It is what `/proc/PID/smaps_rollup` says of it: Rss, Private and Pss, in pages. It is read from
  /// outside, and touches nothing.
  public func residence(
    of space: borrowing GuestSpace, _ kernel: GuestKernel, on host: borrowing Host
  ) -> ProcessResidence {
    var residence = ProcessResidence()
    for area in kernel.areas {
      for offset in stride(from: UInt64(0), to: area.bytes, by: Int(kernel.pageBytes)) {
        guard let mapped = space.root.page(at: area.start + offset, in: host.memory) else {
          continue
        }
        let page = GuestPhysical(mapped.address.value & ~(kernel.pageBytes - 1))
        guard page != kernel.zeroPage else { continue }
        let mappers = kernel.mappers(of: page)
        residence.resident += 1
        residence.proportional += 1 / Double(mappers)
        if mappers == 1 { residence.alone += 1 }
      }
    }
    return residence
  }
}

/// How a process has its pages, as the kernel tells it of each process.
public struct ProcessResidence: Sendable, Hashable {
  /// The pages that it maps (Rss).
  public var resident: UInt64 = 0
  /// Those of them that nobody else maps (Private).
  public var alone: UInt64 = 0
  /// Its share of them: a page that two map counts half for each (Pss).
  public var proportional = 0.0

  /// No pages.
  public init() {}

  /// The pages that others map too (Shared).
  public var shared: UInt64 { resident - alone }
}
