@_exported public import Guests
@_exported public import HostMemory
@_exported public import Hypervisor
@_exported public import Paging
@_exported public import Quantities
@_exported public import Records
@_exported public import Scenarios
@_exported public import Studies
