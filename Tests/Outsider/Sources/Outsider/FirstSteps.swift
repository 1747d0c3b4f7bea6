import Nestwalk

/// The example of the README: one page that may be read, and a write to it.
func firstSteps() throws -> String {
  var said = ""
  func print(_ text: String) { said += text + "\n" }

  // README: first steps
  var memory = try PhysicalMemory(bytes: 64 << 20)
  var host = try HostTables(.sv39x4, at: HostPhysical(0), bytes: 1 << 20, in: &memory)
  try host.map(
    GuestPhysical(0), bytes: 32 << 20, to: HostPhysical(32 << 20), .readWrite, in: &memory)
  var guest = try GuestTables(
    .sv39, at: GuestPhysical(0), bytes: 1 << 20, placed: .through(host.root), in: &memory)
  try guest.map(
    GuestVirtual(0x4000), bytes: 0x1000, to: GuestPhysical(0x20_0000), .readOnly, in: &memory)
  let hart = try RISCVProcessor(RISCVRegisters(guest: guest.root, host: host.root))
  for access in [Access.read, .write] {
    do {
      let found = try hart.translate(GuestVirtual(0x4008), access, in: &memory)
      print("\(found.hostPhysical) after \(found.reads) table reads")
    } catch {
      print(hart.report(error).words)
    }
  }
  // README: end

  return said
}
