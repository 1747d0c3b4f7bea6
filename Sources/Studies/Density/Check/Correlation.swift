extension Density.Overcommit {
  /// How far what machines use goes up and down together, from moments at which several were measured;
  /// nothing where there are no such moments.
  ///
  /// It is the one correlation of all pairs with which the variance of the sum is that of the sums that
  /// were measured.
  public static func correlation(of machines: [InventoryMachine]) -> Double? {
    var sums: [UInt64: (count: Int, sum: Double)] = [:]
    var values: [[UInt64: Double]] = []
    for machine in machines where machine.usage.count > 1 {
      var own: [UInt64: Double] = [:]
      for usage in machine.usage {
        guard let bytes = usage.workingSetBytes ?? usage.residentBytes else { continue }
        own[usage.second] = Double(bytes)
      }
      guard own.count > 1 else { continue }
      values.append(own)
      for (second, value) in own {
        sums[second] = ((sums[second]?.count ?? 0) + 1, (sums[second]?.sum ?? 0) + value)
      }
    }
    // Only moments at which all were measured have a sum.
    let moments = sums.filter { $0.value.count == values.count }.keys.sorted()
    guard values.count > 1, moments.count > 2 else { return nil }
    func variance(_ numbers: [Double]) -> Double {
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
    }
    let variances = values.map { own in variance(moments.compactMap { own[$0] }) }
    let apart = variances.reduce(0, +)
    let root = variances.reduce(0) { $0 + $1.squareRoot() }
    guard root * root > apart * (1 + 1e-9) else { return nil }
    let whole = variance(
      moments.map { moment in values.reduce(0) { $0 + ($1[moment] ?? 0) } })
    return min(max((whole - apart) / (root * root - apart), 0), 1)
  }
}
