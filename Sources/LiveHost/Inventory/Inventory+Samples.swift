public import Studies

extension Inventory {
  /// Adds what machines used at moments in time; a machine that is not known yet is one of `host`.
  ///
  /// Of two samples of a second the later counts. The memory of a machine that only samples are known of
  /// is taken for the most that it held.
  public mutating func take(_ machines: [MachineSamples], host: String, from source: String) {
    var places: [String: Int] = [:]
    for (index, machine) in self.machines.enumerated() where places[machine.name] == nil {
      places[machine.name] = index
    }
    for sampled in machines {
      var usage: [InventoryUsage] = []
      for sample in sampled.samples {
        let moment = InventoryUsage(
          second: UInt64(max(sample.microseconds, 0)) / 1_000_000,
          residentBytes: sample.residentBytes, workingSetBytes: sample.workingSetBytes)
        if usage.last?.second == moment.second { usage.removeLast() }
        usage.append(moment)
      }
      let index: Int
      if let known = places[sampled.name] {
        index = known
      } else {
        let most = sampled.samples.map(\.residentBytes).max() ?? 0
        var machine = InventoryMachine(
          sampled.name, memoryBytes: .assumed(most, "the most that it held in \(source)"))
        machine.host = host
        index = self.machines.count
        self.machines.append(machine)
      }
      self.machines[index].usage = usage
      guard let last = usage.last else { continue }
      self.machines[index].residentBytes =
        last.residentBytes.map { .measured($0, "\(source), the last row") }
        ?? self.machines[index].residentBytes
      self.machines[index].workingSetBytes =
        last.workingSetBytes.map { .measured($0, "\(source), the last row") }
        ?? self.machines[index].workingSetBytes
    }
  }
}
