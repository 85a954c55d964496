"""What people call the elements that a drawing is made of."""

from __future__ import annotations

from collections.abc import Mapping

#: By the BPMN tag.
KINDS: Mapping[str, str] = {
    "process": "流程",
    "task": "任务",
    "userTask": "办理环节",
    "manualTask": "手工任务",
    "receiveTask": "接收任务",
    "serviceTask": "系统任务",
    "sendTask": "发送任务",
    "scriptTask": "脚本任务",
    "businessRuleTask": "决策任务",
    "subProcess": "子流程",
    "transaction": "事务",
    "adHocSubProcess": "特别子流程",
    "callActivity": "调用活动",
    "exclusiveGateway": "排他网关",
    "inclusiveGateway": "包容网关",
    "parallelGateway": "并行网关",
    "eventBasedGateway": "事件网关",
    "complexGateway": "复杂网关",
    "startEvent": "开始事件",
    "endEvent": "结束事件",
    "intermediateCatchEvent": "中间捕获事件",
    "intermediateThrowEvent": "中间抛出事件",
    "boundaryEvent": "边界事件",
    "sequenceFlow": "连线",
    "messageFlow": "消息流",
    "association": "关联线",
    "lane": "泳道",
    "participant": "泳池",
    "textAnnotation": "注释",
    "group": "分组",
    "dataObjectReference": "数据对象",
    "dataStoreReference": "数据存储",
    "message": "消息",
    "signal": "信号",
    "error": "错误",
    "escalation": "升级",
}
