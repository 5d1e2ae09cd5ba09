"""Facts about the built-in types that the OpenAPI documents do not tell, as small tables.

Each table is text: `Type: field field ...` (`group.Type` where two groups have a type of the same
name that differs). The generator refuses a name that the documents do not have, so that a table
cannot rot unseen.

Source: the API's published types (k8s.io/api and k8s.io/apimachinery, 1.36) and golden/objects.
"""

from __future__ import annotations

# Fields for which "absent" and "zero" differ (pointers upstream, lists defaulted only when absent).
# Every other optional one is left out when it is "", 0, false or empty: a real server never
# shows `hostNetwork: false`.
ZERO_IS_MEANT = """
AllocatedDeviceStatus: shareID
AppArmorProfile: localhostProfile
AzureFilePersistentVolumeSource: secretNamespace
CSIDriverSpec: attachRequired fsGroupPolicy nodeAllocatableUpdatePeriodSeconds podInfoOnMount
    preventPodSchedulingIfMissing requiresRepublish seLinuxMount serviceAccountTokenInSecrets
    storageCapacity
CSIVolumeSource: fsType readOnly
CertificateSigningRequestSpec: expirationSeconds
ClientIPConfig: timeoutSeconds
ClusterTrustBundleProjection: name optional signerName
ConfigMap: immutable
ConfigMapEnvSource: optional
ConfigMapKeySelector: optional
ConfigMapProjection: optional
ConfigMapVolumeSource: defaultMode optional
Container: restartPolicy
ContainerStatus: started stopSignal
CronJobSpec: failedJobsHistoryLimit startingDeadlineSeconds successfulJobsHistoryLimit suspend
    timeZone
CustomResourceDefinitionVersion: deprecationWarning
CustomResourceSubresourceScale: labelSelectorPath
DaemonSetSpec: revisionHistoryLimit
DaemonSetStatus: collisionCount
DeleteOptions: gracePeriodSeconds ignoreStoreReadErrorWithClusterBreakingPotential
    orphanDependents propagationPolicy
DeploymentSpec: progressDeadlineSeconds replicas revisionHistoryLimit
DeploymentStatus: collisionCount terminatingReplicas
Device: allNodes allowMultipleAllocations bindsToNode nodeName
DeviceAttribute: bool int string version
DeviceClassSpec: extendedResourceName
DeviceConstraint: distinctAttribute matchAttribute
DeviceRequestAllocationResult: adminAccess shareID
DeviceToleration: tolerationSeconds
DownwardAPIVolumeFile: mode
DownwardAPIVolumeSource: defaultMode
Endpoint: hostname nodeName zone
EndpointAddress: nodeName
EndpointConditions: ready serving terminating
EndpointPort: appProtocol
EphemeralContainer: restartPolicy
ExactDeviceRequest: adminAccess
ExemptPriorityLevelConfiguration: lendablePercent nominalConcurrencyShares
FCVolumeSource: lun
GlusterfsPersistentVolumeSource: endpointsNamespace
HPAScalingRules: policies selectPolicy stabilizationWindowSeconds
HorizontalPodAutoscalerSpec: minReplicas targetCPUUtilizationPercentage
HorizontalPodAutoscalerStatus: currentCPUUtilizationPercentage observedGeneration
HostPathVolumeSource: type
ISCSIPersistentVolumeSource: initiatorName
ISCSIVolumeSource: initiatorName
IngressClassParametersReference: apiGroup namespace scope
IngressPortStatus: error
IngressSpec: ingressClassName
JSONSchemaProps: $ref maxItems maxLength maxProperties maximum minItems minLength
    minProperties minimum multipleOf x-kubernetes-list-type x-kubernetes-map-type
    x-kubernetes-preserve-unknown-fields
JobSpec: activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions
    managedBy manualSelector maxFailedIndexes parallelism podReplacementPolicy suspend
    ttlSecondsAfterFinished
JobStatus: failedIndexes ready terminating
KeyToPath: mode
LeaseSpec: holderIdentity leaseDurationSeconds leaseTransitions preferredHolder strategy
Lifecycle: stopSignal
LimitedPriorityLevelConfiguration: borrowingLimitPercent lendablePercent
    nominalConcurrencyShares
ListMeta: remainingItemCount
LoadBalancerIngress: ipMode
LocalVolumeSource: fsType
MatchResources: matchPolicy
MetricTarget: averageUtilization
MetricValueStatus: averageUtilization
MutatingAdmissionPolicySpec: failurePolicy
MutatingWebhook: failurePolicy matchPolicy reinvocationPolicy timeoutSeconds
NamedRuleWithOperations: scope
NetworkPolicyPort: endPort protocol
NodeFeatures: supplementalGroupsPolicy
NodeRuntimeHandlerFeatures: recursiveReadOnlyMounts userNamespaces
NodeSwapStatus: capacity
ObjectMeta: deletionGracePeriodSeconds
OwnerReference: blockOwnerDeletion controller
ParamRef: parameterNotFoundAction
PersistentVolumeClaimSpec: storageClassName volumeAttributesClassName volumeMode
PersistentVolumeClaimStatus: currentVolumeAttributesClassName
PersistentVolumeSpec: volumeAttributesClassName volumeMode
PodCertificateProjection: maxExpirationSeconds
PodDNSConfigOption: value
PodDisruptionBudgetSpec: unhealthyPodEvictionPolicy
PodFailurePolicyOnExitCodesRequirement: containerName
PodResourceClaim: resourceClaimName resourceClaimTemplateName
PodResourceClaimStatus: resourceClaimName
PodSchedulingGroup: podGroupName
PodSecurityContext: fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser
    seLinuxChangePolicy supplementalGroupsPolicy
PodSpec: activeDeadlineSeconds automountServiceAccountToken enableServiceLinks hostUsers
    hostnameOverride preemptionPolicy priority runtimeClassName setHostnameAsFQDN
    shareProcessNamespace terminationGracePeriodSeconds
PortStatus: error
Preconditions: resourceVersion uid
PriorityClass: preemptionPolicy
Probe: terminationGracePeriodSeconds
ProjectedVolumeSource: defaultMode
ReplicaSetSpec: replicas
ReplicaSetStatus: terminatingReplicas
ResourceHealth: message
ResourceSliceSpec: allNodes nodeName perDeviceNodeSelection
RollingUpdateStatefulSetStrategy: partition
RuleWithOperations: scope
SeccompProfile: localhostProfile
Secret: immutable
SecretEnvSource: optional
SecretKeySelector: optional
SecretProjection: optional
SecretVolumeSource: defaultMode optional
SecurityContext: allowPrivilegeEscalation privileged procMount readOnlyRootFilesystem
    runAsGroup runAsNonRoot runAsUser
ServiceAccount: automountServiceAccountToken
ServiceAccountTokenProjection: expirationSeconds
ServicePort: appProtocol
ServiceReference: path port
ServiceSpec: allocateLoadBalancerNodePorts internalTrafficPolicy ipFamilyPolicy
    loadBalancerClass trafficDistribution
StatefulSetSpec: replicas revisionHistoryLimit
StatefulSetStatus: collisionCount
StorageClass: allowVolumeExpansion reclaimPolicy volumeBindingMode
SuccessPolicyRule: succeededCount succeededIndexes
TokenRequest: expirationSeconds
TokenRequestSpec: expirationSeconds
Toleration: tolerationSeconds
TopologySpreadConstraint: minDomains nodeAffinityPolicy nodeTaintsPolicy
TypedLocalObjectReference: apiGroup
TypedObjectReference: apiGroup namespace
ValidatingAdmissionPolicySpec: failurePolicy
ValidatingWebhook: failurePolicy matchPolicy timeoutSeconds
Validation: reason
ValidationRule: optionalOldSelf reason
VolumeAttachmentSource: persistentVolumeName
VolumeError: errorCode
VolumeMount: mountPropagation recursiveReadOnly
VolumeMountStatus: recursiveReadOnly
VolumeNodeResources: count
WebhookClientConfig: url
WindowsSecurityContextOptions: gmsaCredentialSpec gmsaCredentialSpecName hostProcess
    runAsUserName
discovery.EndpointPort: appProtocol name port protocol
"""

# Optional fields whose documented default is their zero value, which is yet left out when written.
DEFAULT_IS_LEFT_OUT = """
ConfigMapEnvSource: name
ConfigMapKeySelector: name
ConfigMapProjection: name
ConfigMapVolumeSource: name
LocalObjectReference: name
ReplicationControllerSpec: minReadySeconds
ScaleSpec: replicas
SecretEnvSource: name
SecretKeySelector: name
SecretProjection: name
"""

# Optional fields that a real server writes as null when there is nothing: lists without omitempty,
# times that are values, pointers without omitempty. (Required lists are written so too.)
WRITTEN_AS_NULL = """
APIServiceCondition: lastTransitionTime
AllocatedDeviceStatus: conditions
AzureFilePersistentVolumeSource: secretNamespace
CSINodeDriver: topologyKeys
CapacityRequestPolicy: default
CertificateSigningRequestCondition: lastTransitionTime lastUpdateTime
ClusterRole: rules
Condition: lastTransitionTime
ContainerImage: names
ContainerStateRunning: startedAt
ContainerStateTerminated: finishedAt startedAt
ControllerRevision: data
CustomResourceDefinitionCondition: lastTransitionTime
CustomResourceDefinitionStatus: conditions storedVersions
DaemonSetCondition: lastTransitionTime
DeploymentCondition: lastTransitionTime lastUpdateTime
DeviceClaim: requests
EndpointSlice: endpoints ports
Event: deprecatedFirstTimestamp deprecatedLastTimestamp eventTime firstTimestamp lastTimestamp
EventSeries: lastObservedTime
FlowSchemaCondition: lastTransitionTime
HorizontalPodAutoscalerCondition: lastTransitionTime
HorizontalPodAutoscalerStatus: currentMetrics
IngressClassParametersReference: scope
JobCondition: lastProbeTime lastTransitionTime
LimitedPriorityLevelConfiguration: nominalConcurrencyShares
NamespaceCondition: lastTransitionTime
NodeCondition: lastHeartbeatTime lastTransitionTime
OpaqueDeviceConfiguration: parameters
PersistentVolumeClaimCondition: lastProbeTime lastTransitionTime
PodCondition: lastProbeTime lastTransitionTime
PriorityLevelConfigurationCondition: lastTransitionTime
ProjectedVolumeSource: sources
ReplicaSetCondition: lastTransitionTime
ReplicationControllerCondition: lastTransitionTime
ResourcePolicyRule: namespaces
Role: rules
StatefulSetCondition: lastTransitionTime
TokenRequestSpec: audiences boundObjectRef expirationSeconds
TokenRequestStatus: expirationTimestamp
TypedLocalObjectReference: apiGroup
TypedObjectReference: apiGroup
VolumeError: time
"""

# Fields whose default the documents leave out: quantities that are values upstream, always written.
DEFAULTS = {"ResourceFieldSelector.divisor": "0", "Counter.value": "0", "DeviceCapacity.value": "0"}
