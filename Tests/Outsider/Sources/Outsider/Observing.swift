import Nestwalk

/// An observer of the user's own: it counts the reads of guest tables that a translation makes.
struct GuestReads: WalkObserver {
  var count = 0

  mutating func start(_ address: GuestVirtual, _ access: Access) { count = 0 }
  mutating func step(_ step: WalkStep) {
    if step.stage == .first { count += 1 }
  }
  mutating func fail(_ failure: WalkFailure) {}
  mutating func succeed(_ translation: Translation) {}
}

/// The example of the documentation: a walk under the eyes of an observer.
func observing() throws -> String {
  var memory = try PhysicalMemory(bytes: 64 << 20)
  var host = try HostTables(.ept4, at: HostPhysical(0), bytes: 1 << 20, in: &memory)
  try host.map(
    GuestPhysical(0), bytes: 32 << 20, to: HostPhysical(32 << 20), .readWriteExecute,
    pageBytes: 4096, in: &memory)
  var guest = try GuestTables(
    .x86Level4, at: GuestPhysical(0), bytes: 1 << 20, placed: .through(host.root), in: &memory)
  try guest.map(
    GuestVirtual(0x4000), bytes: 0x1000, to: GuestPhysical(0x20_0000), .readWrite, in: &memory)
  let processor = try X86Processor(X86Registers(guest: guest.root, host: host.root))
  var observer = GuestReads()
  let found = try processor.translate(
    GuestVirtual(0x4008), .write, in: &memory, observer: &observer)
  return "\(found.reads) table reads, \(observer.count) of them in the guest's tables\n"
}
