import Costs
import HostMemory
import Hypervisor
import Paging
import Simulation

/// A processor's touch in halves, each at its moment.
extension RacingStorm {
  /// More faults than a touch can take: a walk of five tables, each mapped for reading first.
  private static let mostTries = 64

  /// Tries the touch.
  mutating func attempt(_ number: Int) {
    let crew = racers[number].crew
    guard let touch = racers[number].touch else { return racers[number].phase = .drawing }
    let flavour = crews[crew].machine.flavour
    racers[number].tries += 1
    // A guest without tables of its own is a processor that never has any.
    let processor =
      crews[crew].machine.isMapped
      ? racers[number].number : crews[crew].machine.machine.processorCount
    let attempt = crews[crew].machine.machine.attempt(
      processor: processor, touch.address, touch.access,
      on: &hosts[crews[crew].host])
    switch attempt {
    case .arrived:
      crews[crew].machine.machine.endTouch(cascades: racers[number].cascades)
      racers[number].phase = .drawing
    case .pending(let pending) where racers[number].tries < Self.mostTries:
      racers[number].pending = pending
      if pending.isCascade { racers[number].cascades += 1 }
      racers[number].entered = racers[number].recorder.enter(pending)
      record(number, then: .looking)
    case .pending, .guestFault, .unresolved:
      fail(number, .unresolved(flavour: flavour.name, address: touch.address.value))
    }
  }

  /// Looks the page of a fault up in the process's table, and brings it if it is not there.
  mutating func look(_ number: Int) {
    let crew = racers[number].crew
    let host = crews[crew].host
    racers[number].phase = .locking
    guard let pending = racers[number].pending,
      let address = crews[crew].machine.machine.address(of: pending, on: &hosts[host])
    else { return }
    if let place = crews[crew].bringing.firstIndex(where: { $0.covers(address) }) {
      switch crews[crew].machine.flavour.source {
      case .fresh, .cachedSnapshot, .sharedSnapshot:
        // Each zeroes or copies a page of its own, and the first one's stays.
        crews[crew].machine.machine.bringInVain(for: pending, at: address)
        enterProcess(number)
        recordBringing(number, inVain: true)
        record(number, then: .brought)
      case .storedSnapshot, .networkSnapshot:
        crews[crew].bringing[place].waiting.append(number)
        racers[number].isAwaiting = true
        racers[number].phase = .awaiting
      }
      return
    }
    guard crews[crew].machine.machine.lacksHostPage(at: address) else { return }
    guard
      let pages = crews[crew].machine.machine.bring(for: pending, at: address, on: &hosts[host])
    else { return fail(number, crews[crew].machine.outOfMemory) }
    crews[crew].bringing.append(Bringing(actor: number, pages: [pages]))
    enterProcess(number)
    recordBringing(number, inVain: false)
    record(number, then: .brought)
  }

  mutating func recordBringing(_ number: Int, inVain: Bool) {
    for taken in takenRoutes(racers[number].crew) {
      let activity = racers[number].pending.map {
        Activity.fault(FaultEvent(.missing, $0.context, inVain ? .spurious : .allocate))
      }
      racers[number].recorder.bring(
        taken.route, number: taken.number, inVain: inVain, reading: taken.pages,
        for: activity ?? taken.route.activity)
    }
  }

  /// Takes out the routes that were taken last.
  mutating func takenRoutes(_ crew: Int) -> [TakenRoute] {
    var taken: [TakenRoute] = []
    crews[crew].machine.machine.handOverTakenRoutes { number, routes, pages in
      taken.append(TakenRoute(number: number, route: routes.routes[number], pages: pages))
    }
    return taken
  }

  /// What a processor has brought is there: who waited for it goes on.
  @discardableResult
  mutating func endBringing(_ number: Int) -> Bool {
    let crew = racers[number].crew
    guard let place = crews[crew].bringing.firstIndex(where: { $0.actor == number }) else {
      return false
    }
    let waiting = crews[crew].bringing.remove(at: place).waiting
    for other in waiting.reversed() {
      racers[other].isAwaiting = false
      racers[number].wakes.append(other)
    }
    return true
  }

  /// Resolves the fault, the machine's lock being held.
  mutating func resolve(_ number: Int) {
    let crew = racers[number].crew
    guard let pending = racers[number].pending else { return racers[number].phase = .unlocking }
    let end = crews[crew].machine.machine.resolve(pending, on: &hosts[crews[crew].host])
    guard end == .arrived else {
      let flavour = crews[crew].machine.flavour
      return fail(
        number,
        end == .outOfMemory
          ? crews[crew].machine.outOfMemory
          : .unresolved(flavour: flavour.name, address: racers[number].touch?.address.value ?? 0))
    }
    racers[number].routes = takenRoutes(crew)
    for taken in racers[number].routes {
      racers[number].recorder.resolve(taken.route, number: taken.number)
    }
    record(number, then: .unlocking)
  }

  /// Goes back to the guest, which tries again.
  mutating func leave(_ number: Int) {
    racers[number].pending = nil
    for taken in racers[number].routes {
      racers[number].recorder.leave(
        taken.route, number: taken.number, entered: racers[number].entered, reading: taken.pages)
    }
    record(number, then: .attempting)
  }
}
