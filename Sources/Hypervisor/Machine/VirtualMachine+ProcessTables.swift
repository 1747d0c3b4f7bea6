import HostMemory

extension VirtualMachine {
  /// The bytes of the process's own page table for the machine's memory.
  ///
  /// Counted on the pages that are behind the machine: a table for each 2 MiB in small pages and one for
  /// each 1 GiB that is not a single page, for each slot, and the two levels above once. That is the
  /// shape of four levels of 512 entries, which each architecture's host has with pages of 4 KiB, for
  /// slots that begin at a multiple of 1 GiB in the process. A process keeps a table whose pages have
  /// gone.
  public var processTableBytes: UInt64 {
    var tables: UInt64 = 0
    for (number, slot) in slots.enumerated() where slot.kind.isMemory {
      let first = recordNumber(slot.start, slot: number) >> 9
      let end = (first << 9 + Int(slot.bytes >> 12) + 511) >> 9
      var gigabyte = -1
      for chunk in first..<end {
        let record = backing.chunk(chunk << 9)
        // A chunk without a frame of its own holds the number of its small pages instead.
        let isSmall = !record.isPresent && record.frame.value > 0
        guard isSmall || record.isPresent && record.order == .large else { continue }
        if isSmall { tables += 1 }
        if chunk >> 9 != gigabyte {
          gigabyte = chunk >> 9
          tables += 1
        }
      }
    }
    return (tables + (tables > 0 ? 2 : 0)) * 4096
  }
}
