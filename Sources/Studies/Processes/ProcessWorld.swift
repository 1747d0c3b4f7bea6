import Costs
import Guests
import HostMemory
import Hypervisor
import Paging

/// What a study of processes plays with: a host, a machine on it, its kernel, and the processes.
struct ProcessWorld: ~Copyable {
  var host: Host
  var machine: VirtualMachine
  var kernel: GuestKernel
  let processes: [LivingProcess]
  let room: HostRoom

  /// Where the memory of the first process starts, and how far apart those of two are.
  private static let base: UInt64 = 0x10_0000_0000
  private static let distance: UInt64 = 1 << 36

  init(_ study: ProcessStudy) throws(MachineError) {
    let format = Self.formats(study)
    let guestPages = study.pages(study.guestBytes)
    let hostPages = study.pages(study.hostBytes)
    var tables: UInt64 = 0
    for number in study.processes.indices {
      tables += UInt64(study.processes[number].count) * study.tablePages(of: number)
    }
    // The second stage's tables come in runs of 2 MiB, which are too coarse for a model of a part of the
    // pages: they stand beside what the host has for data.
    let runs = guestPages / 512 / 512 + 2
    var host = try Host(
      nodeBytes: [(hostPages + (runs + 1) * 512) * 4096],
      storageBytes: (guestPages * 3 + 4096) * 4096)
    var configuration = MachineConfiguration(format.host, bytes: guestPages * 4096)
    configuration.processors = study.processes.reduce(0) { $0 + $1.count }
    var machine = try VirtualMachine(configuration, on: &host)
    var room = HostRoom(pages: hostPages, swap: study.pages(study.swapBytes))
    room.spare = host.frames.freeFrames - min(hostPages, host.frames.freeFrames)
    var kernel = GuestKernel(
      memory: GuestPhysical(tables * 4096), bytes: (guestPages - tables) * 4096)
    var processes: [LivingProcess] = []
    var next: UInt64 = 0
    for (kind, process) in study.processes.enumerated() {
      let pages = study.memoryPages(of: kind)
      var start = Self.base + UInt64(kind) * Self.distance
      if let parent = process.parent {
        start = processes.first { $0.kind == parent }?.start.value ?? start
      } else {
        kernel.areas.append(GuestArea(at: GuestVirtual(start), bytes: pages * 4096))
      }
      let bytes = study.tablePages(of: kind) * 4096
      for number in 0..<process.count {
        let space = try machine.makeSpace(
          format.guest, at: GuestPhysical(next), bytes: bytes, on: &host)
        next += bytes
        try machine.run(space.root, processor: processes.count)
        processes.append(
          LivingProcess(
            kind: kind, number: number, processor: processes.count, space: space,
            start: GuestVirtual(start), pages: pages, at: process.startNanoseconds,
            seed: SplitMix64.mix(study.seed &+ UInt64(processes.count) &* 0x9e37)))
      }
    }
    self.host = host
    self.machine = machine
    self.kernel = kernel
    self.processes = processes
    self.room = room
  }

  private static func formats(_ study: ProcessStudy) -> (guest: GuestFormat, host: HostFormat) {
    switch study.profile.architecture {
    case .x86: (.x86Level4, .ept4)
    case .arm: (.arm4K, .arm4K)
    case .riscv: (.sv48, .sv48x4)
    }
  }
}
