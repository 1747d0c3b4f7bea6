import Guests
import HostMemory
import Paging
import Simulation

/// How a machine's processors share its guest's steps.
///
/// Work and touches are dealt out; a phase, a wait and readiness are for all, so whoever meets one rests
/// until the last processor of the machine has come to it, which makes the step.
extension RacingStorm {
  /// Takes a processor's next steps: some work, and the touch behind it.
  mutating func draw(_ number: Int) {
    let crew = racers[number].crew
    let isRepeated = crews[crew].machine.flavour.touches == .repeated
    if crews[crew].isOver { return racers[number].phase = .finished }
    if !isRepeated, crews[crew].barrier != nil { return rest(number) }
    while true {
      guard let step = isRepeated ? racers[number].steps.next() : crews[crew].steps.next() else {
        return finish(number)
      }
      switch step {
      case .phase, .wait, .ready:
        crews[crew].barrier = step
        // What was drawn before the step is worked first.
        return record(number, then: .arriving)
      case .compute(let nanoseconds): racers[number].recorder.compute(nanoseconds)
      case .touch(let touch):
        let isAlone = !crews[crew].isOpen && crews[crew].populators.isEmpty
        guard !isAlone, touch.kind != .device else {
          // Nobody else runs, or no processor of the guest has to do with it.
          play(number, step)
          return
        }
        let flavour = crews[crew].machine.flavour
        let isMapped = crews[crew].machine.isMapped
        racers[number].touch = (
          isMapped
            ? flavour.guest.mapping.virtual(touch.address) : GuestVirtual(touch.address.value),
          StormMachine.access(of: touch.kind)
        )
        racers[number].tries = 0
        racers[number].cascades = 0
        return record(number, then: .attempting)
      }
    }
  }

  /// Plays a step at once.
  private mutating func play(_ number: Int, _ step: GuestStep, then phase: Phase = .drawing) {
    let crew = racers[number].crew
    do throws(StormError) {
      try crews[crew].machine.play(
        step, into: &racers[number].recorder, on: &hosts[crews[crew].host])
      record(number, then: phase)
    } catch {
      fail(number, error)
    }
  }

  /// Rests at a step for all, or makes it if all others rest.
  mutating func rest(_ number: Int) {
    let crew = racers[number].crew
    if crews[crew].working == 1, let step = crews[crew].barrier {
      return play(number, step, then: .reopening)
    }
    crews[crew].working -= 1
    racers[number].isResting = true
    racers[number].phase = .resting
  }

  /// Goes on behind a step for all, with all others if the guest's kernel runs them.
  mutating func reopen(_ number: Int) {
    let crew = racers[number].crew
    crews[crew].barrier = nil
    racers[number].phase = .drawing
    if !crews[crew].isOpen {
      // One processor has nobody to race with: its touches are made at once.
      guard crews[crew].machine.isMapped, crews[crew].actors.count > 1 || playsAllInHalves
      else { return }
      crews[crew].isOpen = true
      for other in crews[crew].actors { racers[other].steps = racers[number].steps }
    }
    wakeAll(number)
  }

  /// Starts the machine, and the threads that populate its memory meanwhile.
  mutating func launch(_ number: Int) {
    racers[number].phase = .drawing
    for other in crews[racers[number].crew].populators.reversed() {
      racers[other].isResting = false
      racers[number].wakes.append(other)
    }
  }

  private mutating func wakeAll(_ number: Int) {
    let crew = racers[number].crew
    for other in crews[crew].actors.reversed() where racers[other].isResting {
      racers[other].isResting = false
      racers[number].wakes.append(other)
      crews[crew].working += 1
    }
  }

  /// Is done, and lets those go that were never needed.
  private mutating func finish(_ number: Int) {
    let crew = racers[number].crew
    if !crews[crew].isOpen { crews[crew].isOver = true }
    record(number, then: .finished)
    wakeAll(number)
  }
}
