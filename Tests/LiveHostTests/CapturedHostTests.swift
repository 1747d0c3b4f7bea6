import LiveHost
import Paging
import Studies
import Testing

@Suite("Captured hosts")
struct CapturedHostTests {
  @Test("A known fleet's parameters come back", arguments: UInt64(1)...24)
  func roundTrip(seed: UInt64) throws {
    let fleet = KnownFleet(seed: seed)
    let inventory = try HostReading.captured(fleet.archive, name: "rack/h.tar")
    #expect(inventory.hosts.count == 1)
    let host = inventory.hosts[0]
    #expect(host.name == fleet.name && host.architecture == .arm)
    #expect(host.memoryBytes.value == fleet.memoryKiB << 10)
    #expect(host.availableBytes?.value == fleet.availableKiB << 10)
    #expect(host.processors?.value == fleet.nodes * 8)
    #expect(host.nodes.map(\.number) == Array(0..<fleet.nodes))
    #expect(host.hugePages.count == fleet.nodes)
    #expect(host.hugePages.allSatisfy { $0.total.value == fleet.pools })
    #expect(host.hugePages.allSatisfy { $0.free?.value == fleet.freePools })
    #expect(host.merging?.pagesSharing?.value == fleet.sharing)
    #expect(host.transparentHugePages?.value == .always)
    #expect(
      host.watermarks?.highBytes?.value == fleet.minPages * 3 * 4096 * UInt64(fleet.nodes))
    #expect(host.machineLimitBytes?.value == fleet.limit)
    #expect(inventory.machines.count == fleet.machines.count)
    for (told, known) in zip(inventory.machines, fleet.machines) { compare(told, known, fleet) }
  }

  private func compare(
    _ told: InventoryMachine, _ known: KnownFleet.Machine, _ fleet: KnownFleet
  ) {
    #expect(told.name == known.name && told.host == fleet.name)
    #expect(told.memoryBytes == .measured(known.memoryKiB << 10, "libvirt domain/memory"))
    #expect(told.processors?.value == known.processors)
    #expect(told.residentBytes == .measured(known.residentKiB << 10, "libvirt balloon.rss"))
    #expect(told.usesPool?.value == (known.poolPageKiB != nil))
    #expect(told.backingPageBytes?.value == known.poolPageKiB.map { $0 << 10 })
    #expect(told.isLocked?.value == (known.poolPageKiB != nil))
    #expect(told.nodes == [known.node])
    #expect(told.monitor?.value == .qemu)
    #expect(told.devices.firmware?.value == (known.isUEFI ? .uefi : .bios))
    #expect(told.devices.disks?.value == 2 && told.devices.networks?.value == 1)
    #expect(told.devices.videoBytes?.value == UInt64(96 << 20))
    #expect(told.chargedBytes?.value == known.chargedBytes)
    #expect(told.dirtyBytesPerSecond?.value == known.dirtyMiB.map { $0 << 20 })
    guard let age = known.age else {
      #expect(told.balloon == nil)
      return
    }
    #expect(told.balloon?.currentBytes?.value == known.currentKiB << 10)
    #expect(told.balloon?.statisticsSeconds?.value == UInt64(known.period))
    #expect(told.balloon?.reportsFreePages?.value == known.reports)
    #expect(told.workingSetBytes?.value == (known.availableKiB - known.usableKiB) << 10)
    #expect(told.diskCacheBytes?.value == known.cachesKiB << 10)
    #expect(told.majorFaults?.value == known.majorFaults)
    #expect(told.minorFaults?.value == known.minorFaults)
    // A thousand seconds are too old for any of the periods.
    #expect(told.workingSetBytes?.grade == (age < 1000 ? .derived : .assumed))
    #expect(told.minorFaults?.grade == (age < 1000 ? .measured : .derived))
    #expect(told.usage.first?.workingSetBytes == (age < 1000 ? told.workingSetBytes?.value : nil))
    #expect(told.usage.first?.second == fleet.second)
  }

  @Test("A host that has no memory is refused, and a domain that can't be read is noted")
  func broken() throws {
    var tar = TarBuilder()
    tar.add("proc/meminfo", "MemFree: 4 kB\nwhat?\n")
    #expect(throws: ImportError.self) { try HostReading.captured(tar.archive, name: "h.tar") }
    do throws(ImportError) {
      _ = try HostReading.captured(tar.archive, name: "h.tar")
    } catch {
      #expect(
        error.problems.map(\.description) == [
          "h.tar:proc/meminfo:2:1: “what?” is no line of this file; it must be such as “MemTotal:"
            + " 1024 kB”",
          "h.tar:proc/meminfo: “MemTotal” is missing; it must say how much memory there is",
        ])
    }
    tar = TarBuilder()
    tar.add("proc/meminfo", "MemTotal: 4 kB\n")
    tar.add("virsh/domains/1/dumpxml", "<domain><name>a</name>")
    tar.add("virsh/domains/2/dumpxml", "")
    tar.add(
      "virsh/domains/3/dumpxml", "<domain><name>b</name><memory unit='KB'>8</memory></domain>")
    let inventory = try HostReading.captured(tar.archive, name: "h.tar")
    #expect(inventory.machines.map(\.name) == ["b"])
    #expect(inventory.machines[0].memoryBytes.value == 8000)
    #expect(
      inventory.problems.map(\.subject) == [
        "h.tar:virsh/domains/1/dumpxml", "h.tar:virsh/domains/2", "b",
      ])
  }
}
