import HostMemory
import Hypervisor
import Paging
import Simulation

/// Threads that populate a machine's memory while its guest runs: piece after piece, each brought to the
/// process and then mapped under the machine's lock, as a fault's page is.
extension RacingStorm {
  /// Begins the next piece: brings what of it is missing.
  mutating func populate(_ number: Int) {
    let crew = racers[number].crew
    guard let depth = crews[crew].depth, crews[crew].piecesBegun < crews[crew].pieces.count else {
      return racers[number].phase = .finished
    }
    let piece = crews[crew].pieces[crews[crew].piecesBegun]
    crews[crew].piecesBegun += 1
    racers[number].piece = piece
    racers[number].phase = .populated
    // As for reads, nothing is brought but with its entry.
    guard depth != .reading, prepare(number, piece, to: .process) else { return }
    crews[crew].bringing.append(Bringing(actor: number, pages: piece))
    enterProcess(number)
    recordBringing(number, inVain: false)
    record(number, then: .populated)
  }

  /// Maps the piece, the machine's lock being held.
  mutating func map(_ number: Int) {
    let crew = racers[number].crew
    guard let depth = crews[crew].depth, prepare(number, racers[number].piece, to: depth) else {
      return
    }
    racers[number].routes = takenRoutes(crew)
    for taken in racers[number].routes {
      racers[number].recorder.resolve(taken.route, number: taken.number)
    }
    record(number, then: .mapped)
  }

  /// Works what of the piece needs no lock.
  mutating func finishPiece(_ number: Int) {
    for taken in racers[number].routes {
      racers[number].recorder.leave(
        taken.route, number: taken.number, entered: .zero, reading: taken.pages)
    }
    record(number, then: .populating)
  }

  private mutating func prepare(
    _ number: Int, _ piece: [Range<GuestPhysical>], to depth: PopulationDepth
  ) -> Bool {
    let crew = racers[number].crew
    do throws(MachineError) {
      try crews[crew].machine.machine.populate(
        .ranges(piece), to: depth, inOneRequest: true, on: &hosts[crews[crew].host])
      return true
    } catch {
      fail(number, .machine(flavour: crews[crew].machine.flavour.name, error))
      return false
    }
  }
}
