import Nestwalk

/// The example of Hypervisor's documentation: a machine, its faults of all four kinds, and their bill.
func tourOfFaults() throws -> String {
  var said = ""
  func print(_ text: String) { said += text + "\n" }

  // Tour: machine
  var host = try Host(bytes: 4 << 30)
  let memory = Slot(at: GuestPhysical(0), bytes: 64 << 20, source: .file)
  let device = Slot(at: GuestPhysical(1 << 30), bytes: 4096, .processDevice)
  var machine = try VirtualMachine(
    MachineConfiguration(.ept4, slots: [memory, device]), on: &host)
  // Tour: tables
  var space = try machine.makeSpace(.x86Level4, at: GuestPhysical(0), bytes: 1 << 20, on: &host)
  try machine.load(
    &space, GuestVirtual(0x40_0000), bytes: 1 << 20, to: GuestPhysical(0x40_0000), .readWrite,
    on: &host)
  try machine.load(
    &space, GuestVirtual(0x80_0000), bytes: 4096, to: GuestPhysical(1 << 30), .readWrite, on: &host)
  try machine.run(space.root, processor: 0)
  // Tour: touches
  let first = machine.touch(processor: 0, GuestVirtual(0x40_0000), .write, on: &host)
  print("\(first.exits) exits, \(first.cascades) of them cascades")
  let second = machine.touch(processor: 0, GuestVirtual(0x40_1000), .write, on: &host)
  print("\(second.exits) exit, \(second.end)")
  // Tour: device
  let third = machine.touch(processor: 0, GuestVirtual(0x80_0000), .write, on: &host)
  print("\(third.exits) exits, \(third.cascades) of them a cascade, \(third.end)")
  // Tour: kernel
  let heap = GuestArea(at: GuestVirtual(0x50_0000), bytes: 1 << 20)
  var kernel = GuestKernel(memory: GuestPhysical(16 << 20), bytes: 1 << 20, areas: [heap])
  let fourth = machine.access(
    processor: 0, GuestVirtual(0x50_0000), .write, in: &space, &kernel, on: &host)
  print("\(fourth.guestFaults) fault of the guest's own, \(fourth.kernelExits) exit of its kernel")
  // Tour: bill
  let ledger = machine.ledger
  let bill = try Bill(ledger, ShippedProfiles.textbook(.x86))
  for kind in FaultKind.allCases {
    let nanoseconds = bill.cost(of: kind).likely / 1_000_000
    print("\(kind): \(ledger.faults(kind)) for \(nanoseconds) ns")
  }
  let total = bill.total
  print("\(total.low / 1_000_000) to \(total.high / 1_000_000) ns, by \(bill.movers[0].component)")
  // Tour: end

  return said
}
