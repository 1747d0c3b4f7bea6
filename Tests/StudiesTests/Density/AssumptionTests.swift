import Guests
import HostMemory
import Paging
import Scenarios
import Simulation
import Studies
import Testing

@Suite("What density assumes")
struct AssumptionTests {
  @Test("a guest that names its boot holds what that boot touches, in pages of either size")
  func booted() throws {
    for memory in [512, 1024, 3072, 8192] as [UInt64] {
      var flavour = DensityFlavour("one", memoryBytes: memory << 20)
      flavour.guest = .debianBoot
      let profile = try GuestPreset.debianBoot.profile(memoryBytes: memory << 20)
      var pages: Set<UInt64> = []
      for step in profile.steps() {
        if case .touch(let touch) = step { pages.insert(touch.address.value >> 12) }
      }
      #expect(MachineOverhead(flavour)[.guestMemory]?.now == UInt64(pages.count) << 12)
      flavour.backingBytes = 2 << 20
      let large = Set(pages.map { $0 >> 9 })
      #expect(MachineOverhead(flavour)[.guestMemory]?.now == UInt64(large.count) << 21)
      // What is said of its working set counts more.
      flavour.workingSet = WorkingSet([400 << 20], origin: "test")
      #expect(MachineOverhead(flavour)[.guestMemory]?.now == 400 << 20)
    }
  }

  @Test("pages of 1 GiB that a guest fills are all there")
  func large() throws {
    var flavour = DensityFlavour("one", memoryBytes: 16 << 30)
    flavour.guest = .large1G
    let now = try #require(MachineOverhead(flavour)[.guestMemory]?.now)
    #expect(now > 12 << 30 && now < 16 << 30)
  }

  @Test("the parts that nobody measured have a range, and the answer has one with them")
  func range() throws {
    var flavour = DensityFlavour("one", memoryBytes: 1 << 30)
    flavour.processors = 8
    flavour.hasUEFI = true
    flavour.ioThreads = 4
    flavour.monitor = .firecracker
    flavour.returns = .reporting
    flavour.workingSet = WorkingSet([64 << 20], origin: "test")
    for kind in [OverheadPart.Kind.tableRecords, .processors, .ioThreads, .firmware] {
      let sizes = OverheadEstimate.allCases.map { estimate in
        MachineOverhead(flavour, estimate)[kind]?.now ?? 0
      }
      #expect(sizes[0] < sizes[1] && sizes[1] < sizes[2])
    }
    // What was measured of one version has what lies between its measurements.
    for monitor in [MonitorKind.firecracker, .cloudHypervisor, .qemu] {
      flavour.monitor = monitor
      let measured = OverheadEstimate.allCases.compactMap {
        MachineOverhead(flavour, $0)[.monitor]
      }
      #expect(measured[0].now <= measured[1].now && measured[1].now < measured[2].now)
      #expect(measured[0].worst <= measured[1].worst && measured[1].worst <= measured[2].worst)
      #expect(
        measured.allSatisfy { $0.now <= $0.worst && $0.source.contains(" to ") || monitor == .qemu }
      )
      #expect(measured[1].source == measured[2].source)
    }
    flavour.monitor = .firecracker
    var density = Density([flavour], on: DensityHost(memoryBytes: 64 << 30))
    density.overcommit = Density.Overcommit(risk: 0.01)
    let outcome = try density.run()
    #expect(outcome.range.lowerBound < outcome.count && outcome.count < outcome.range.upperBound)
    #expect(outcome.movers.map(\.kind).first == .firmware)
    #expect(outcome.movers.count == 3)
  }

  @Test("boot time binds like any other end, and is told with help and without")
  func boot() throws {
    var flavour = DensityFlavour("one", memoryBytes: 256 << 20)
    flavour.guest = .microvm
    flavour.monitor = .firecracker
    var host = DensityHost(memoryBytes: 3 << 30)
    host.processors = 1
    host.processorRatio = 100
    var density = Density([flavour], on: host)
    let free = try density.run()
    let profile = try #require(ShippedProfiles.named("textbook-x86-64"))
    density.boot = Density.BootTarget(ready: .init(nanoseconds: 2_000_000_000), profile: profile)
    let outcome = try density.run()
    let limit = try #require(outcome.boot)
    #expect(outcome.count == free.count)
    #expect(limit.machines > 0 && limit.machines < outcome.count)
    #expect(outcome.countInTime == limit.machines)
    let first = try #require(outcome.constraints.first)
    #expect(first.kind == .boot && first.alone == limit.machines && first.stops == ["one"])
    #expect(limit.machines(with: .none) == limit.machines)
    #expect(limit.machines(with: .populated) != nil)
    // Pages that are there before the guest starts cost less than faults, and few of them less than all.
    #expect(try #require(limit.machines(with: .hotSet)) >= limit.machines)
    #expect(
      try #require(limit.machines(with: .hotSet)) >= #require(limit.machines(with: .populated)))
    #expect(limit.range.contains(limit.machines))
    // With all the time there is, memory binds again.
    density.boot?.ready = .init(nanoseconds: 400_000_000_000)
    let slow = try density.run()
    #expect(slow.constraints.first?.kind == .memory)
    #expect(slow.countInTime == slow.count)
  }

  @Test("merging gives back what the model of merging says of such a fleet")
  func merging() throws {
    var flavour = DensityFlavour("one", memoryBytes: 512 << 20)
    flavour.workingSet = WorkingSet([300 << 20], origin: "test")
    flavour.returns = .reporting
    flavour.monitor = .firecracker
    var density = Density([flavour], on: DensityHost(memoryBytes: 8 << 30))
    density.overcommit = Density.Overcommit(risk: 0.01)
    let plain = try density.run()
    #expect(plain.merging == nil)
    density.merging = Density.Merging()
    density.merging?.settings.pagesToScan = 5000
    density.merging?.seconds = 36_000
    let outcome = try density.run()
    let figure = try #require(outcome.merging)
    // Scanned for long, all is merged that ever can be: zeros and the image, once each.
    #expect(figure.share > 0.9 * figure.ceiling)
    #expect(figure.ceiling > 0.4 && figure.ceiling < 0.5)
    #expect(outcome.count > plain.count)
    #expect(outcome.range.lowerBound <= plain.count)
    // The same as when the share is said by hand.
    var said = density
    said.merging = nil
    said.flavours[0].merged = figure.share
    #expect(try said.run().count == outcome.count)
    // A scanner that has hardly begun gives hardly anything back.
    density.merging?.settings.pagesToScan = 10
    density.merging?.seconds = 60
    let early = try density.run()
    #expect(try #require(early.merging).share < 0.1 * figure.share)
    #expect(early.count < outcome.count)
  }
}
