public import Paging

/// Why a machine can't be made or changed.
public enum MachineError: Error, Sendable, Hashable {
  /// The host has no memory to speak of.
  case noMemory(bytes: UInt64)
  /// The system that the model runs on refuses the memory.
  case memory(MemoryError)
  /// The tables can't be made or edited.
  case tables(TableError)
  /// The registers refuse what they are set to.
  case registers(RegisterError)
  /// No frames are left for the hypervisor's tables.
  case noFramesForTables
  /// The host's storage can't hold more pages.
  case storageFull(bytes: UInt64)
  /// A machine has no slots, or none of its processors.
  case empty(String)
  /// A slot's address or length is no multiple of 4 KiB.
  case misalignedSlot(start: GuestPhysical, bytes: UInt64)
  /// Two slots have addresses in common.
  case overlappingSlots(start: GuestPhysical)
  /// A slot reaches beyond what the second stage translates.
  case slotBeyond(start: GuestPhysical, bits: Int)
  /// The formats belong to different architectures.
  case foreignFormat(GuestFormat, HostFormat)
  /// The model's frames are of 4 KiB, and so must the smallest pages of both stages be.
  case unsupportedGranule(HostFormat)
  /// No slot of ordinary memory has the address.
  case noMemoryAt(GuestPhysical)
  /// The machine's processors set no dirty flags at the second stage.
  case noDirtyFlags(HostFormat)
  /// The machine's processors have no page-modification log.
  case noModificationLog(HostFormat)
  /// A dirty ring has no room for two entries beside those that are reserved.
  case ringTooSmall(free: Int)
  /// The writes to a slot are logged already, and in another way.
  case loggedOtherwise(GuestPhysical)
  /// The host's frames gave out while memory was populated.
  case outOfMemory(at: GuestPhysical)
}

extension MachineError: CustomStringConvertible {
  /// The refusal as a sentence.
  public var description: String {
    switch self {
    case .noMemory(let bytes):
      "A host of \(bytes) bytes is refused: it must have frames to hand out."
    case .memory(let error): "\(error)"
    case .tables(let error): error.description
    case .registers(let error): "\(error)"
    case .noFramesForTables: "The host has no frames left for the hypervisor's tables."
    case .storageFull(let bytes):
      "The host's storage of \(bytes) bytes is full: give it more by storageBytes."
    case .empty(let what): "A machine without \(what) is refused."
    case .misalignedSlot(let start, let bytes):
      "The slot of \(bytes) bytes at \(start) is refused: both must be multiples of 4096."
    case .overlappingSlots(let start):
      "The slot at \(start) is refused: another one has addresses of it."
    case .slotBeyond(let start, let bits):
      "The slot at \(start) is refused: the second stage translates addresses of \(bits) bits."
    case .foreignFormat(let guest, let host):
      "\(guest) tables over \(host) ones are refused: they belong to different architectures."
    case .unsupportedGranule(let format):
      "\(format) is refused: a machine's frames have 4096 bytes, and so must its smallest pages."
    case .noMemoryAt(let address): "\(address) is refused: no slot of memory has the address."
    case .noDirtyFlags(let format):
      "Writes can't be logged by dirty flags: the processors set none in \(format) tables."
    case .noModificationLog(let format):
      "Writes can't be logged by page modifications over \(format): only Intel's EPT with flags has that."
    case .ringTooSmall(let free):
      "A dirty ring with \(free) entries beside the reserved ones is refused: it must have 2."
    case .loggedOtherwise(let start):
      "The writes to the slot at \(start) are logged in another way already: stop that log first."
    case .outOfMemory(let address): "The host has no frame left for the page at \(address)."
    }
  }
}
