/// A part of what something costs: what a cost profile gives a price for.
public enum Component: UInt8, Sendable, Hashable, CaseIterable {
  // The way out of the guest and back.
  /// The hardware leaves the guest and the hypervisor's handler begins.
  case exit
  /// The hypervisor's handler ends and the hardware enters the guest.
  case entry
  /// The way from the hypervisor to its process in user space and back.
  case userspaceExit
  /// The reason of the exit and the address are read.
  case decode
  /// The guest's tables are walked by software, or by an instruction for it, to learn an address.
  case rewalk
  /// The slot of guest memory is found.
  case slotLookup
  /// A lock is taken and released, with no one waiting.
  case lock

  // The page and its frame.
  /// The process's own page table is asked for the page.
  case hostLookup
  /// The process's own page table lacked the page: a fault of the host's own.
  case hostFault
  /// A frame is taken from the free ones.
  case allocate
  /// A byte is zeroed.
  case zeroByte
  /// A byte is copied.
  case copyByte
  /// A page is pinned for a device.
  case pin

  // The second stage's tables.
  /// A table is allocated, zeroed and linked.
  case installTable
  /// An entry is written.
  case installEntry
  /// An entry that maps is changed or cleared.
  case changeEntry
  /// An entry is read in a scan.
  case scanEntry
  /// A table is unlinked and given back.
  case freeTable

  // Telling the caches.
  /// An invalidation on this processor.
  case flushLocal
  /// An invalidation that interrupts one other processor.
  case flushRemote
  /// An invalidation that the hardware broadcasts.
  case flushBroadcast

  // Emulation and logging.
  /// An instruction is fetched and decoded by software.
  case decodeInstruction
  /// A device's register is emulated.
  case emulate
  /// A page is noted as dirty.
  case logDirty
  /// A page-modification log or a dirty ring is emptied, for each entry.
  case drainEntry

  // Where a page comes from.
  /// A request to the page cache.
  case pageCache
  /// A request to a storage device.
  case storageRequest
  /// A byte from a storage device.
  case storageByte
  /// A request over the network.
  case networkRequest
  /// A byte over the network.
  case networkByte
  /// A request to a handler of faults in user space, and its answer.
  case userfault

  // The guest and its hardware.
  /// The guest's own handler resolves a fault.
  case guestFault
  /// A request to the guest's disk.
  case guestStorageRequest
  /// A walk reads a table.
  case tableRead
  /// A walk sets an accessed or dirty bit.
  case tableUpdate

  // Hypervisors inside virtual machines.
  /// A switch between two levels of virtualisation by hardware and its hypervisor, one way.
  case nestedSwitch
  /// A switch between guest and hypervisor by software alone, one way.
  case softwareSwitch
  /// A shadow entry is worked out and written.
  case shadowEntry

  // What is part of another price.
  /// The part of ``allocate`` for which the lock of the host's free frames is held. No ledger has it: it
  /// says when others wait, and not how long something takes.
  case frameLock
  /// The cache line of a word that processors write by turns comes from the one that wrote it last. No ledger
  /// has it: whether it has to come is a matter of who runs when.
  case lineTransfer

  // What an access to data takes where it lies, until it arrives. No ledger has these: a page's place is no
  // part of what its faults cost.
  /// An access to memory of the processor's own node.
  case localAccess
  /// An access to memory of another node.
  case remoteAccess
  /// An access to memory in the processor's package (HBM).
  case packageAccess
  /// An access to memory behind CXL.
  case cxlAccess
  /// An access to persistent memory behind CXL.
  case cxlPersistentAccess
  /// A read of a block from flash (NVMe).
  case flashRead
}
