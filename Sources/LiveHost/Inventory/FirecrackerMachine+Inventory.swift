internal import Studies

extension FirecrackerMachine {
  /// The machine as an inventory tells of it.
  func machine(named name: String) -> InventoryMachine {
    let file = "Firecracker machine-config"
    var machine = InventoryMachine(
      name, memoryBytes: .measured(memoryBytes, "\(file)/mem_size_mib"))
    machine.processors = .measured(processors, "\(file)/vcpu_count")
    machine.monitor = .measured(.firecracker, file)
    machine.usesPool = .measured(usesHugePages, "\(file)/huge_pages")
    if usesHugePages { machine.backingPageBytes = .measured(2 << 20, "\(file)/huge_pages") }
    // Firecracker reserves the pages of a pool, and faults them in as they are touched.
    machine.isLocked = .derived(usesHugePages, "\(file)/huge_pages, which can’t be swapped")
    // It loads the guest's kernel itself.
    machine.devices.firmware = .derived(.none, "Firecracker")
    if let told = balloon {
      var balloon = InventoryBalloon()
      balloon.currentBytes = .derived(
        memoryBytes - min(told.bytes, memoryBytes), "\(file)/mem_size_mib less balloon/amount_mib")
      balloon.statisticsSeconds = .measured(
        UInt64(told.statisticsSeconds), "Firecracker balloon/stats_polling_interval_s")
      balloon.reportsFreePages = .measured(
        told.reportsFreePages, "Firecracker balloon/free_page_reporting")
      machine.balloon = balloon
    }
    return machine
  }
}
