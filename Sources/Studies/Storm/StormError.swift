public import Costs
public import Hypervisor
public import Simulation

/// Why a storm has no outcome.
public enum StormError: Error, Sendable, Hashable {
  /// There is no virtual machine.
  case noMachines
  /// A machine can't be made.
  case machine(flavour: String, MachineError)
  /// A price is missing.
  case pricing(PricingError)
  /// The host has less memory than the machines come to use.
  case outOfMemory(flavour: String, needed: UInt64, available: UInt64)
  /// The pool of large pages is smaller than the machines' memory.
  case poolTooSmall(flavour: String, needed: UInt64, pool: UInt64)
  /// A touch of the guest's led nowhere.
  case unresolved(flavour: String, address: UInt64)
  /// A boot was measured to be shorter than the guest's work and its faults.
  case measuredTooShort(flavour: String, measured: VirtualDuration, known: VirtualDuration)
  /// A guest's format and its host's don't fit.
  case foreignGuest(flavour: String)
  /// The simulation could not end.
  case engine(EngineError)
}

extension StormError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .noMachines: "A storm needs at least one virtual machine."
    case .machine(let flavour, let error):
      "A machine of the flavour “\(flavour)” can't be: \(error)"
    case .pricing(let error): "\(error)"
    case .outOfMemory(let flavour, let needed, let available):
      "The machines come to use \(needed) bytes, those of “\(flavour)” included, and the host has"
        + " \(available): fewer or smaller machines, or more memory, would fit."
    case .poolTooSmall(let flavour, let needed, let pool):
      "The machines reserve \(needed) bytes, those of “\(flavour)” included, and the pool has \(pool):"
        + " reserve more, or start fewer."
    case .unresolved(let flavour, let address):
      "A touch of 0x\(String(address, radix: 16)) by a guest of “\(flavour)” leads nowhere: no slot"
        + " of memory has the address."
    case .measuredTooShort(let flavour, let measured, let known):
      "A machine of “\(flavour)” was measured to be ready after \(measured.picoseconds / 1_000_000) us,"
        + " and its work and faults alone take \(known.picoseconds / 1_000_000) us: the guest does more than"
        + " the measured one, or the profile is of a slower machine."
    case .foreignGuest(let flavour):
      "The guest of “\(flavour)” has tables of another architecture than its host."
    case .engine(let error): "\(error)"
    }
  }
}
