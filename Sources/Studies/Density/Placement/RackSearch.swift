import Paging

/// A host with its rooms.
struct RackHost: Sendable {
  let architecture: ISA
  var rooms: [RackRoom]
}

/// A search for few hosts that hold a list of machines.
struct RackSearch {
  /// A placement, and what it leaves.
  struct Found {
    var hosts: [RackHost]
    /// The hosts that were given machines, by number, in the order in which they were opened.
    var opened: [Int] = []
    /// How many machines of each kind such a host was given.
    var counts: [Int: [UInt64]] = [:]
    var unplaced: [UInt64]
  }

  let hosts: [RackHost]
  let demands: [[UInt64]]
  let architectures: [ISA]
  let wanted: [UInt64]
  /// What all hosts together have of each resource, for weighing one against another.
  private let totals: [Double]

  init(hosts: [RackHost], demands: [[UInt64]], architectures: [ISA], wanted: [UInt64]) {
    self.hosts = hosts
    self.demands = demands
    self.architectures = architectures
    self.wanted = wanted
    let width = demands.first?.count ?? 0
    totals = (0..<width).map { index in
      max(hosts.reduce(0.0) { $0 + $1.rooms.reduce(0.0) { $0 + Double($1.left[index]) } }, 1)
    }
  }

  /// The placement of the most machines on the fewest hosts that the orders find.
  func best() -> Found {
    let loads = demands.map { demand in zip(demand, totals).map { Double($0) / $1 } }
    let orders: [[Int]] = [
      demands.indices.sorted { (loads[$1].max() ?? 0, $0) < (loads[$0].max() ?? 0, $1) },
      demands.indices.sorted {
        (loads[$1].reduce(0, +), $0) < (loads[$0].reduce(0, +), $1)
      },
      demands.indices.sorted { (demands[$1][0], $0) < (demands[$0][0], $1) },
      // Where not all have a place, more of the smallest do.
      demands.indices.sorted { (loads[$0].max() ?? 0, $0) < (loads[$1].max() ?? 0, $1) },
    ]
    var best: Found?
    for order in orders {
      let found = shrunk(place(order))
      let (left, hosts) = (found.unplaced.reduce(0, +), found.opened.count)
      if best.map({ (left, hosts) < ($0.unplaced.reduce(0, +), $0.opened.count) }) ?? true {
        best = found
      }
    }
    return best ?? Found(hosts: hosts, unplaced: wanted)
  }

  /// The hosts from the one with the most left on, as a part of all there is.
  private var bySize: [Int] {
    let sizes = hosts.map { host in
      host.rooms.reduce(0.0) { sum, room in
        sum + zip(room.left, totals).reduce(0.0) { $0 + Double($1.0) / $1.1 }
      }
    }
    return hosts.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
  }

  private func place(_ order: [Int]) -> Found {
    var found = Found(hosts: hosts, unplaced: wanted)
    var closed = bySize
    for item in order {
      let demand = demands[item]
      while found.unplaced[item] > 0 {
        var tightest: (host: Int, room: Int, left: Double)?
        for host in found.opened where hosts[host].architecture == architectures[item] {
          for (index, room) in found.hosts[host].rooms.enumerated() where room.holds(demand) {
            let left = zip(room.left, totals).reduce(0.0) { $0 + Double($1.0) / $1.1 }
            if tightest.map({ left < $0.left }) ?? true { tightest = (host, index, left) }
          }
        }
        if tightest == nil {
          let next = closed.firstIndex { host in
            hosts[host].architecture == architectures[item]
              && hosts[host].rooms.contains { $0.holds(demand) }
          }
          guard let next else { break }
          let host = closed.remove(at: next)
          found.opened.append(host)
          found.counts[host] = Array(repeating: 0, count: demands.count)
          let room = hosts[host].rooms.firstIndex { $0.holds(demand) }
          tightest = (host, room ?? 0, 0)
        }
        guard let tightest else { break }
        // The room with least left stays that as it is filled with machines of one kind.
        let room = found.hosts[tightest.host].rooms[tightest.room]
        let count = min(room.count(demand) ?? .max, found.unplaced[item])
        found.hosts[tightest.host].rooms[tightest.room].take(demand, count)
        found.counts[tightest.host]?[item] += count
        found.unplaced[item] -= count
      }
    }
    return found
  }

  /// The placement with each host's machines moved to the smallest free one that holds them all.
  private func shrunk(_ found: Found) -> Found {
    var found = found
    var free = bySize.filter { found.counts[$0] == nil }
    for (place, host) in found.opened.enumerated().reversed() {
      guard let counts = found.counts[host] else { continue }
      let own = hosts[host].rooms.reduce(0.0) { $0 + Double($1.left[RackResources.memory]) }
      for (index, other) in free.enumerated().reversed() {
        let size = hosts[other].rooms.reduce(0.0) { $0 + Double($1.left[RackResources.memory]) }
        // They are in the order of their size: what is as large as its own is no gain.
        guard size < own else { break }
        guard let rooms = rooms(of: other, with: counts) else { continue }
        found.hosts[other].rooms = rooms
        found.hosts[host].rooms = hosts[host].rooms
        found.counts[other] = counts
        found.counts[host] = nil
        found.opened[place] = other
        free.remove(at: index)
        break
      }
    }
    return found
  }

  /// What is left of a host's rooms with these machines; nothing where they don't fit.
  private func rooms(of host: Int, with counts: [UInt64]) -> [RackRoom]? {
    var rooms = hosts[host].rooms
    let order = demands.indices.filter { counts[$0] > 0 }.sorted {
      demands[$0][0] > demands[$1][0]
    }
    for item in order {
      guard architectures[item] == hosts[host].architecture else { return nil }
      var rest = counts[item]
      for index in rooms.indices where rest > 0 {
        let count = min(rooms[index].count(demands[item]) ?? .max, rest)
        rooms[index].take(demands[item], count)
        rest -= count
      }
      guard rest == 0 else { return nil }
    }
    return rooms
  }

  // MARK: Bounds

  /// How few hosts hold so many machines at least: for each resource as many of those that have most of it
  /// as have enough together, and for each kind alone as many of those that hold most of it.
  func fewest(_ counts: [UInt64]) -> Int {
    var fewest = counts.contains { $0 > 0 } ? 1 : 0
    for index in totals.indices {
      let needed = zip(counts, demands).reduce(UInt128(0)) {
        $0 + UInt128($1.0) * UInt128($1.1[index])
      }
      fewest = max(
        fewest,
        Self.prefix(
          hosts.map { $0.rooms.reduce(UInt128(0)) { $0 + UInt128($1.left[index]) } }, needed))
    }
    for (item, count) in counts.enumerated() where count > 0 {
      fewest = max(fewest, Self.prefix(held(item).map { UInt128($0) }, UInt128(count)))
    }
    return fewest
  }

  /// How many of a kind each host holds alone.
  private func held(_ item: Int) -> [UInt64] {
    hosts.map { host in
      guard host.architecture == architectures[item] else { return 0 }
      return host.rooms.reduce(UInt64(0)) { sum, room in
        let (next, isOver) = sum.addingReportingOverflow(room.count(demands[item]) ?? .max)
        return isOver ? .max : next
      }
    }
  }

  /// How many machines of those that are wanted fit at most: by each resource alone the smallest first, and
  /// of each kind what the hosts hold of it.
  func most() -> UInt64 {
    let limits = wanted.indices.map { item in
      min(
        wanted[item],
        held(item).reduce(UInt64(0)) {
          let (sum, isOver) = $0.addingReportingOverflow($1)
          return isOver ? .max : sum
        })
    }
    var most = limits.reduce(0, +)
    for index in totals.indices {
      var left = hosts.reduce(UInt128(0)) {
        $0 + $1.rooms.reduce(UInt128(0)) { $0 + UInt128($1.left[index]) }
      }
      var count: UInt64 = 0
      for item in demands.indices.sorted(by: { demands[$0][index] < demands[$1][index] }) {
        let each = UInt128(demands[item][index])
        let fits = each == 0 ? limits[item] : UInt64(min(left / each, UInt128(limits[item])))
        left -= each * UInt128(fits)
        count += fits
        if fits < limits[item] { break }
      }
      most = min(most, count)
    }
    return most
  }

  /// How many of the largest amounts are as much as is needed together.
  private static func prefix(_ amounts: [UInt128], _ needed: UInt128) -> Int {
    var sum: UInt128 = 0
    for (index, amount) in amounts.sorted(by: >).enumerated() {
      if sum >= needed { return index }
      sum += amount
    }
    return amounts.count
  }
}
